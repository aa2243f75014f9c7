"""The words of answering machines and mail systems in five languages.

An automatic reply is recognised only if it is one from end to end: every word belongs to what such replies say, is a
date, number, address or a name in its place. One word more (a parcel, a refund, a smell) and a person wrote it.
"""

from __future__ import annotations

import re

from policy.letters import FOLD

MOST = 3_000
"""Characters beyond which words alone do not decide."""

MOST_DIGITS = 14
"""Digits of a date, time or telephone number; more are somebody's account or card."""

_ABSENT = re.compile(
    r"out of (?:the )?office|away from (?:my|the) (?:desk|office|e ?mail|computer)|on (?:\w+ )?(?:leave|vacation"
    r"|holidays?)"
    r"|not in the office|(?:am|be|currently) away|annual leave"
    r"|wieder im (?:bu?e?ro|dienst)|ab .{1,40} wieder (?:da|erreichbar)"
    r"|nicht im (?:bu?e?ro|haus|dienst)|au(?:ss|ß)er haus|abwesend|im urlaub|in (?:elternzeit|mutterschutz)"
    r"|dienstreise"
    r"|fuera de (?:la|mi) oficina|de vacaciones|ausente|de baja|no (?:estoy|estare) (?:en la oficina|disponible)"
    r"|absente?\b|en (?:conges?|vacances)|hors du bureau|en deplacement"
    r"|fora do escritorio|de ferias|de licenca|nao (?:estou|estarei) (?:no escritorio|disponivel)"
)
_DECLARED = re.compile(
    r"(?:this is|this|an?) (?:is )?(?:an )?auto(?:matic|mated|matically generated)?[ -]?(?:reply|response|message"
    r"|e ?mail|answer|notification)"
    r"|automatically generated|do not (?:reply|respond|answer) (?:directly )?to this|autoreply"
    r"|automatisch(?:e[rns]?)? (?:antwort|nachricht|e ?mail|generiert\w*|erstellt\w*|erzeugt\w*|versandt\w*)"
    r"|abwesenheitsnotiz"
    r"|antworten sie (?:bitte )?nicht auf diese"
    r"|(?:respuesta|mensaje|correo) (?:es )?automatic[oa]|generad[oa] automaticamente|no respond(?:a|er) a este"
    r"|(?:reponse|message|courriel|e ?mail) automatique|genere automatiquement|ne pas repondre a ce"
    r"|(?:resposta|mensagem|e ?mail) automatic[oa]|gerad[oa] automaticamente|nao responda a est[ea]"
)
_AT_WORK = re.compile(
    r"out of (?:the )?office|not in the office|away from (?:my|the) (?:desk|office)|(?:annual|parental|"
    r"maternity|sick) leave"
    r"|nicht im (?:bu?e?ro|dienst)|fuera de (?:la|mi) oficina|no (?:estoy|estare) en la oficina|hors du bureau"
    r"|absente? du bureau|fora do escritorio|nao (?:estou|estarei) no escritorio|conge (?:annuel|maternite|parental)"
)
"""Words for the desk of somebody who answers mail there: with a day of return that is all that a machine says."""
_NOTICE = re.compile(
    r"\W*(?:(?:out of (?:the )?office|ooo|on (?:annual |parental |sick )?(?:leave|vacation|holidays?)|away|abwesend"
    r"|im urlaub|fuera de (?:la )?oficina|de vacaciones|ausente|absente?(?: du bureau)?|en (?:conges?|vacances)"
    r"|(?:em|de) ferias|fora do escritorio)\b)"
)
"""A notice that leaves out who is away, as no sentence of a person's does."""
_UNREAD = re.compile(
    r"(?:this|the) (?:mail ?box|inbox|e ?mail(?: address| account)?|address|account)(?: from which [\w ]{1,30})? is "
    r"(?:currently |now )?(?:not (?:being )?(?:monitored|checked|read|attended|in use|actively monitored)|no longer "
    r"(?:monitored|in use|active|read|checked)|unmonitored|unattended)"
    r"|(?:this is )?an? (?:unmonitored|unattended) (?:mail ?box|inbox|e ?mail(?: address)?|address|account)"
    r"|(?:cannot|can not|does not) (?:accept|receive) (?:incoming |any )?(?:e ?mails?|messages|replies)"
    r"|(?:dieses postfach|diese e ?mail ?adresse|diese adresse) wird nicht (?:mehr )?(?:uberwacht|gelesen|"
    r"abgerufen|betreut)"
    r"|est[ea] (?:buzon|correo|direccion)[\w ]{0,12} no (?:esta (?:supervisad|monitorizad|atendid)[oa]|"
    r"se (?:supervisa|lee"
    r"|atiende))"
    r"|cette (?:boite|adresse)[\w ]{0,14} n'est (?:pas|plus) (?:surveillee|consultee|lue|relevee|active)"
    r"|est[ea] (?:caixa|endereco|e ?mail)[\w ]{0,12} nao e (?:monitorizad|monitorad|lid|verificad)[oa]"
)
"""That nobody reads a mailbox, which no customer says of a shop's."""
_ACKNOWLEDGED = re.compile(
    r"\bwe(?: have|'ve)? (?:received|got) your (?:e ?mail|message|request|enquiry|inquiry|ticket)\b.{0,80}"
    r"\b(?:will|shall|aim to) (?:reply|respond|answer|get back|be in touch)"
    r"|\bwe (?:aim|try|endeavou?r) to (?:reply|respond|answer)[\w ]{0,40} within\b"
    r"|^\W*your (?:request|ticket|case|enquiry|inquiry|message|e ?mail)[ #()\d]{0,20} (?:has been|"
    r"was) (?:received|created|logged|opened|registered|read|displayed)"
    r"|\bihre (?:anfrage|nachricht|e ?mail) (?:ist|wurde) (?:bei uns )?(?:eingegangen|erfasst|registriert)"
    r"|\bhemos recibido su (?:solicitud|mensaje|correo|consulta).{0,80}\b(?:responderemos|contestaremos)"
    r"|\bnous avons (?:bien )?recu votre (?:demande|message|e ?mail).{0,80}\b(?:repondrons|traiterons|reviendrons)"
    r"|\brecebemos (?:o seu|a sua) (?:pedido|mensagem|e ?mail).{0,80}\b(?:responderemos|entraremos)",
    re.DOTALL,
)
_LEFT = re.compile(
    r"\b(?:no longer (?:work\w*|with|at|employed)|(?:has|have) left (?:the company|our company|the firm|"
    r"the organi[sz]ation|[\w]{1,30}\.)"
    r"|nicht mehr (?:bei|fur|in)[\w ]{1,30}(?:tatig|beschaftigt|erreichbar)|ya no (?:trabaj\w+|forma parte)"
    r"|ne (?:travaille|fais|fait) plus|ja nao trabalh\w+|nao trabalh\w+ mais)"
)
_BESIDE = {
    "thanks": re.compile(
        r"(?:thank you|thanks|danke|vielen dank|gracias|merci|obrigad[oa]) (?:very much |much |you )?"
        r"(?:for|fur|por|de|pour|pel[oa])\b"
    ),
    "back": re.compile(
        r"\b(?:return\w*|back|until|till|bis|zuruck|wieder da|hasta|regres\w+|vuelv\w+|volver\w*|jusqu|retour|reviens"
        r"|ate|volt\w+|regresso)\b"
    ),
    "later": re.compile(
        r"\b(?:reply|respond|answer|get back|attend|beantwort\w+|antworte|bearbeite\w*|responder\w*|contestar\w*"
        r"|atender\w*"
        r"|repondr\w+|connaissance|traiter\w*|responde\w*)\b"
    ),
    "urgent": re.compile(r"\b(?:urgen\w+|emergenc\w+|dringend\w*|eilig\w*|notfall\w*|immediate)\b"),
    "instead": re.compile(
        r"\b(?:contact|reach|colleague\w*|wenden|kolleg\w+|vertretung|contact\w+|companer[oa]|collegue\w*"
        r"|adress\w+|dirij\w+"
        r"|dirigir\w*|coleg\w+|substitut\w+)\b"
    ),
    "access": re.compile(r"\b(?:access|zugriff|weitergeleitet|acceso|acces|acesso)\b"),
    "received": re.compile(
        r"\b(?:received|eingegangen|erhalten|recibid[oa]|recu|recebid[oa]|recebemos|hemos recibido|ticket|case"
        r"|vorgang\w*|dossier)\b"
    ),
}
"""What stands beside an absence in an automatic reply; one of it at least."""

_TO_ME = re.compile(
    r"\b(?:call|ring|phone|text|write|mail|email|contact|tell|send|help|give|let|deliver) (?:me|my)\b"
    r"|\b(?:rufen|schreiben|sagen|helfen|geben|schicken) sie (?:mich|mir)\b|\b(?:ruft|ruf|schreib\w*|sag\w*"
    r"|hilf) (?:mich|mir)\b"
    r"|\b(?:llam\w+me|llamenme|escrib\w+me|digan?me|envien?me|ayud\w+me)\b"
    r"|\b(?:appel\w+|rappel\w+|ecri\w+|dites|envoy\w+|aid\w+) moi\b"
    r"|\b(?:lig\w+|escrev\w+|dig\w+|envi\w+|ajud\w+) me\b|\bme (?:ligu\w+|escrev\w+|dig\w+|envi\w+|ajud\w+)\b"
)
_WORDS_LISTED = """
a ab about abraco abril absence absences absent absente abteilung abwesend abwesenheit abwesenheitsnotiz acces
acceso access acesso actualmente actuellement additional address adresse adresser advance afin after again agosto
agradecemos agradeco aktuell al algo all alle am ambos amicalement an and anfrage angelegenheiten anliegen annual
annuels answer answered antecipadamente antemano antwort antworten any anything ao aos aout apologies apologise
apologize apos appreciate appreciated april are as asistencia assim assistance assistencia assunto assuntos asunto
asuntos at ate atencion atenciosamente atendere atenderei atenderemos atenderle atendimento atentamente att attend
au auf august ausente ausnahme ausnahmsweise ausser auto automated automatic automatica automatically
automaticamente automatico automatique automatiquement automatisch automatische autoreply aux außer available avance
avec avons avril away back baja bank be beantworte beantworten beantwortet bearbeiten bearbeitet bearbeitung been
before bei besoin best beste besten betriebsferien between bien bin bis bitte boa bom bonjour both breve brevedad
brevidade buenas buenos buero bureau buro business c call car cas case cases caso ce ceci cela cell cependant
cerrado cet cette check checking cheers cher chere christmas cliente closed colega colleague colleague's colleagues
collegue collegues com companera companero compania compañia compreensao comprehension comprension computer con
concerning conference conge conges connaissance consulta consultas contact contactar contactarme contactarnos
contacte contacter contacting contacto contatar contate contato contestare contestaremos convenience cordial
cordialement cordiales cordialmente correo correos cualquier cualquiera cuando cumprimentos currently customer d da
damen danach dank danke dann dans das day days de dear december decembre del delais delay delayed dem demande
demandes den departamento deplacement depuis der derzeit des desculpe desde desk deux dezember dezembro di dia dial
dias dich diciembre die dienstag dienstreise dies diese diesem dieser dimanche direccion direct directly dirigirse
dirija dirijan dirijase disculpe disculpen disponible do domingo donnerstag dort dos dossier dr dringend dringende
dringenden dringlich dringlichen du durante during e earliest easter ein eine einem einer eingegangen eingeschrankt
eingeschrankten einschliesslich einschließlich el ella elle else elternzeit em email emails eme emergencies
emergency en encaminhada encontro encuentro endereco enero enquiry entre entretanto entretemps equipa equipe equipo
er erfolgt erhalten erneut erreichbar erreichen erst ersten es escriba escribir escritorio est esta estare estarei
este estimada estimado esto estos estou estoy et etre euch euer everyone excuse excusez extension fait fallen favor
febrero februar february fecha fechado feiertag feiertage feiertagen feira feriado feriados ferias ferie feries
ferme fermee fermeture festivo festivos fevereiro fevrier first folgende folgenden folgender following for fora
formation forward forwarded fr frau freitag freundlichen friday from fuera fur further ganz geduld geehrte geehrter
gelesen gelesene gelesenen genannten generado generated genere generiert generierte gerada gerado geral gerne
geschlossen get gracias greetings grusse grussen gruß gruße grüsse gute guten h ha habe haben haber hallo has hasta
haus have he hello hemos her herr herren hesitate heures hi hier hinweis his hola holiday holidays hora horas
hotline hours i ich ici if ihm ihnen ihr ihre ihren ihrer im imediata imediato immediat immediate immediately in
inbox including incluido inclus inclusive incomodo inconvenience incorporacion info information inklusive inmediata
inmediato inquiry is ist it j jahreswechsel janeiro januar january janvier je jeudi joignable jour jours jueves
juillet juin julho juli julio july june junho juni junio jusqu jusque just juste kann kein keine keinen kind kindest
kindly kollege kollegen kollegin kolleginnen konnen kontakt kontaktieren kundendienst kundenservice kurze kurzer l
la las last le leave leere leido leidos ler lerei les lesen letzten lg licenca lidas lido liebe limitado limite
limited line ll lo lors los lu lui lundi lunes lus m ma madame mai mail mails maio maior mais manager march marco
mardi mars martes marz marzo mas maternal maternidad maternidade maternite maternity matter matters may mayo mayor
me medida meeting meetings meilleurs mein meine meinem meinen meiner melde melden melhores mensagem mensagens
mensaje merci mercredi mes message messages meu mfg mi mich mientras miercoles minha mir mis mit mittwoch mo mobile
moglich moglichst molestias momentan momento mon monday monitored monsieur montag movil mr mrs ms much muchas muito
mutterschutz my n na nach nachricht nachrichten nachste nachsten name names nao nas naturlich nd ne necesidad
necessidade need next nicht no nos nosotros nossa nosso not note noted notfall notfallen notice notification notre
nous november novembre novembro noviembre nuestro number numero nummer o obrigada obrigado october octobre octubre
oder of off office oficina oktober ola on one only opening or os ostern ou our out outubro paciencia par para
parental pas paternidad paternidade paternite patience pedido pela pelo pendant per periodically periodo permiso
personal pessoal peux phone please plus poder podera pongase por posible possible possivel pour pourrai pourrez
pouvez prendrai prendrais prendre previsto prezada prezado prochain professionnel proximo public pueda puedan puede
puisse qu qualquer quando quarta que quedo quem questao question questions questoes qui quien quinta rapidement rd
reach reachable read recebemos recebida recebido received reception recibido recu redirected reenviado reference
regarding regards regresare regrese regreso regressar regresso regret regularly reincorporare replies reply replying
repondrai repondre repondrons reponds reponse reprise request requests respectfully respond responda responder
respondere responderei responderemos respondida respondido responding response resposta respuesta resume resuming
retornarei retorno retour return returning reviendrai reviens rgds rogamos ruck ruckkehr ruego rufnummer s sabado
sales saludo saludos salutations samedi samstag saturday schnell se seguinte segunda sehr sekretariat sem semaine
semaines semana semanas september septembre septiembre ser sera serai seran service setembro seu sexta she si sich
sick sie siguiente siguientes sin since sincerely sincerement sind so sobald solicitud sollte sollten something
sonntag sonst sont soon soporte sorry spater später st standard su sua suis suivant suivante sunday suporte support
sur sus tag tage tagen tanto tard tardar tarde team team's tel telefone telefonisch telefono telemovel telephone
tendre tengo tenho terca terei th thank thanks that the their them then there this thursday ticket till time to
today todos tot tous toute toutefois training traite traitee traiter traiterai transfere transferes traveling
travelling tuesday uber uhr um uma un una unable unavailable und understanding une unreachable uns unser unsere
unserem unseren unten unter until upon urgence urgencia urgencias urgent urgente urgentes urlaub vacaciones vacances
vacation vendredi verstandnis vertretung very veuillez vg via viagem viaje viele vielen viernes voltar voltarei
volto volvere vom von vorab voraussichtlich vorgangsnummer vos votre vous voyage vuelta vuelva vuelvo wahrend warm
we wednesday week weeks weihnachten weitergeleitet wenden werde werden werk werktage werktagen when while who wieder
will wir wird wishes with within woche wochen working y ya you your yours zeit zentrale zu zugriff zum zur zuruck
"""
_MORE_LISTED = """
abgerufen abr accept access active actively admin adresse ago aim aims anymore apr atendido attended aug avr being
beschaftigt betreut bien boite buzon by caixa can cannot checked company consultado consultee correio correspondence
created currently dec deixou demand dez dic dieses displayed employ employed employee empresa endeavor endeavour
endereco ene entraremos entreprise equipe erfasst erhalten fais feb fev firm firma forma further future has have here
id incoming inquiry ja jan juil jul jun left lesen lida lidos logged longer lue mailbox mais mehr monitorada
monitorado monitored monitorizada monitorizado ne notice notification nov oct okt only ooo opened organisation
organization out parte pending plus postfach previously read receive receives registered registriert relevee replies
representatives respective reviendrons review reviewed reviewing role sent sep set shall societe staff status
supervisa supervisada supervisado surveillee tatig team that this touch trabaja trabajo trabalha trabalho traiterons
travaille try uberwacht ubrigen unattended unmonitored unternehmen use used verificado viewed was which wird work
worked works write written wrote
"""
_WORDS = frozenset(_WORDS_LISTED.split()) | frozenset(_MORE_LISTED.split())
_NAME_CUES_LISTED = """
    a an at atenciosamente bei bonjour by colega colleague collegue com companera companero con contact
    contactar contacte contacter contacting cordialement cumprimentos dear dr frau grusse grussen gruß gruße
    hallo hello herr herrn hi hola kollege kollegen kollegin left liebe lieber madame monsieur mr mrs ms ola reach
    regards saludo saludos senor senora sincerely sr sra to von wishes with
"""
_NAME_CUES = frozenset(_NAME_CUES_LISTED.split())
_TOKEN = re.compile(r"[^\s@]{1,64}@\S{1,120}|[^\W\d_]+(?:'[^\W\d_]+)?|\d[\d./:+() -]*\d|\d+")
_PLAIN_TOKEN = re.compile(r"[^\W\d_]")
_SELF = re.compile(
    r"\b(?:i|i'm|i've|my|me|we|our|ich|mein\w*|mir|mich|wir|unser\w*|yo|mi|mis|nuestr\w+|je|j|mon|ma|mes|nous"
    r"|notre|eu|meu|"
    r"minha|meus|nos|nosso|nossa|tengo|quiero|necesito|puedo|estoy|preciso|quero|tenho|posso|estou|help|please"
    r"|bitte|favor)\b"
)

_BOUNCE = re.compile(
    r"^\W*(?:this is (?:the|an automatically generated) (?:mail system|delivery status|message)|"
    r"delivery (?:to the following|has failed to|of your message|status notification)|your (?:message|e ?mail|mail) "
    r"(?:to \S+ )?(?:could not|couldn't|can't|was not|wasn't|has not been|did not)|a message that you sent could not|"
    r"i'?m sorry to have to inform|the following (?:message|address\w*|recipient\w*) (?:to|had|could|failed)|"
    r"mail delivery (?:failed|subsystem)|undeliver\w+|address not found\W*\n|message (?:blocked|not delivered)"
    r"|hi\W+this is the (?:\S+ ){1,3}"
    r"program|ihre nachricht (?:an \S+ )?(?:konnte|wurde) nicht|die (?:folgende"
    r"|zustellung) \w+ .{0,40}(?:fehlgeschlagen|nicht "
    r"zugestellt)|fehler bei der (?:nachrichtenzustellung|zustellung)|zustellung (?:fehlgeschlagen|nicht moglich)|"
    r"(?:su|tu|el) mensaje (?:a \S+ |para \S+ )?no (?:se|ha|pudo|fue)|no se (?:pudo|ha podido) entregar"
    r"|error de entrega|"
    r"(?:votre|le) message (?:a \S+ |pour \S+ )?n'?(?:a|est) pas|echec de (?:la )?(?:remise|livraison|distribution)|"
    r"a sua mensagem (?:para \S+ )?nao|sua mensagem (?:para \S+ )?nao|nao foi possivel entregar|falha na entrega)"
)
_MACHINE_SELF = re.compile(
    r"i'?m (?:sorry to have to inform|afraid i wasn'?t able)|i'?ve given up|my mail|i was unable to"
    r"|this is a permanent error"
)
_MINE = re.compile(r"\b(?:i|i'm|i've|my|me|ich|mein\w*|mir|mich|yo|mi|mis|je|j|mon|ma|mes|eu|meu|minha)\b")
_STATUS = re.compile(
    r"\b[45]\.\d{1,3}\.\d{1,3}\b|\b(?:550|551|552|553|554|421|450|451|452)[ -]|final-recipient|reporting-mta"
    r"|diagnostic-code|"
    r"action: failed|remote server|user unknown|mailbox (?:full|unavailable)|recipient address rejected|rfc822"
)


def folded(text: str) -> str:
    """Lower case, plain letters, hyphens and the like read as blanks between words."""
    return re.sub(r"[-–—]", " ", text.translate(FOLD).replace("ß", "ss"))


def out_of_office(text: str) -> bool:
    """Whether a text is an automatic reply from its first word to its last, and asks for nothing."""
    if not text.strip() or len(text) > MOST or "?" in text or "¿" in text:
        return False
    plain = folded(text)
    return _is_said(plain) and not _wants(plain) and covered(text)


def _is_said(plain: str) -> bool:
    """Whether a folded text says what an answering machine is for."""
    kinds = {name for name, words in _BESIDE.items() if words.search(plain)}
    if _UNREAD.search(plain) or _ACKNOWLEDGED.search(plain):
        return True
    if _LEFT.search(plain) and "instead" in kinds:
        return True
    if "back" in kinds and (_AT_WORK.search(plain) or _NOTICE.match(plain)):
        return True
    absent, declared = _ABSENT.search(plain), _DECLARED.search(plain)
    return bool((absent and kinds - {"back"}) or (declared and kinds))


def bounced(text: str) -> bool:
    """Whether a text is a mail system's report that something could not be delivered, from its first words."""
    plain = folded(text[:MOST])
    if _BOUNCE.match(plain) is None or _STATUS.search(text[:MOST].lower()) is None:
        return False
    return "?" not in text and not is_about_me(plain)


def asks(text: str) -> bool:
    """Whether somebody asks, or speaks of their own matter; what decides where headers only hint."""
    return "?" in text or "¿" in text or _SELF.search(folded(text[:MOST])) is not None


def _wants(plain: str) -> bool:
    """Whether a sentence asks the reader to get in touch, other than in urgent cases."""
    sentences = re.split(r"[.!\n;]+", plain)
    return any(_TO_ME.search(one) and not _BESIDE["urgent"].search(one) for one in sentences)


def is_about_me(plain: str) -> bool:
    """Whether a folded text speaks in the first person, other than mail systems do."""
    return _MINE.search(_MACHINE_SELF.sub(" ", plain)) is not None


def covered(text: str, more: frozenset[str] = frozenset()) -> bool:
    """Whether every word is one of an automatic reply's, or a name behind a word that leads to one."""
    before = ""
    for line in text.split("\n"):
        words = [found[0] for found in _TOKEN.finditer(line)]
        signs = len(words) <= 4 and all(word[:1].isupper() for word in words if _PLAIN_TOKEN.match(word))
        for word in words:
            if "@" in word:
                continue
            if not _PLAIN_TOKEN.match(word):
                if sum(map(str.isdigit, word)) > MOST_DIGITS:
                    return False
                continue
            plain = folded(word).strip()
            parts = plain.replace("'", " ").split()
            if all(part in _WORDS or part in more for part in parts):
                before = parts[-1] if parts else before
            elif word[:1].isupper() and (before in _NAME_CUES or signs):
                before = "dr"  # A second name may follow the first.
            else:
                return False
    return True
