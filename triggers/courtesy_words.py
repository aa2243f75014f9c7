"""The phrases of courtesies, kind by language, in the policy's phrase language."""

from __future__ import annotations

from collections.abc import Mapping

PHRASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "thanks": {
        "en": (
            "(thanks|thank you|thank u|thankyou|thx|thnx|thanx|tnx|tks|ty|tysm|tyvm|cheers|ta) [a lot|a bunch"
            "|a million|so much|very much|lots|ever so much|again|anyway|loads]",
            "(thanks|thank you|thank u|thx|cheers) [so much|very much|a lot|again] for (your|the|all [your"
            "|the]) (help|time|support|quick reply|quick answer|quick response|fast reply|fast response|answer"
            "|reply|response|information|info|effort|patience|assistance|kindness|great service|good service"
            "|update|clarification|explanation)",
            "(thanks|thank you) [so much|very much] for (everything|helping [me] [out]|getting back to me"
            "|letting me know|explaining [that|it]|sorting (it|that|this) [out]|clearing (it|that) up|checking)",
            "(many|big|huge) thanks",
            "(much|very much|really) appreciated",
            "i [really|do] appreciate (it|that|your help|this|the help)",
            "(that|this|you) (was|is|were|are|have been|has been) [very|really|so|super|most"
            "|extremely] (helpful|kind|great|nice|useful|a great help|a big help|a lifesaver|wonderful|amazing"
            "|brilliant|the best|awesome)",
            "[very|so|really|super] (helpful|kind of you|useful)",
            "(you're|you are|ur) (great|the best|awesome|amazing|a star|a legend|a lifesaver|brilliant|an angel"
            "|wonderful)",
            "(thanks|thank you|thank u|thx|many thanks|cheers) [so much|very much|again] for (everything|all)",
            "(many|big|huge) thanks for (your|the) [quick|swift|prompt|fast|kind|great] (help|reply|answer|"
            "support|service)",
            "[i|much|really] (appreciate it|appreciate this|obliged)",
            "(great|good|awesome|amazing|excellent|super|brilliant|fantastic|top|five star) (service|job|work|"
            "stuff|support"
            "|help|team)",
            "you (rock|guys rock|are stars|saved my day|saved the day|made my day)",
            "(lifesaver|sweet|awesome sauce|five stars|5 stars|10 out of 10)",
            "(you're|you are|your) [very|most] welcome",
            "god bless [you]",
            "bless you",
        ),
        "de": (
            "(danke|dankeschön|danke schön|danke sehr|vielen dank|besten dank|herzlichen dank|tausend dank"
            "|lieben dank|schönen dank|merci|thx) [nochmal|nochmals|noch mal|dir|ihnen|euch|vielmals|sehr|schön]",
            "(danke|vielen dank|besten dank|herzlichen dank) [nochmal|ihnen|euch|dir] für (die|ihre|eure|deine"
            "|alles|den|das) [schnelle|tolle|gute|freundliche|rasche|nette|prompte] [hilfe|antwort"
            "|unterstützung|auskunft|info|information|mühe|rückmeldung|zeit|service|support|geduld]",
            "ich (danke|bedanke mich) [ihnen|euch|dir|vielmals|sehr|herzlich|bei ihnen]",
            "(das|sie|du|ihr) (war|ist|sind|bist|seid|waren|haben) [sehr|echt|wirklich|mir|super] (hilfreich"
            "|nett|lieb|freundlich|toll|super|klasse|spitze|die besten|die beste|geholfen|sehr geholfen)",
            "(sehr|super|echt) (nett|freundlich|hilfreich|lieb)",
            "(super|toller|klasse|bester|prima|top|guter) (service|job|support)",
            "(gern geschehen|gerne wieder|keine ursache)",
        ),
        "es": (
            "(gracias|muchas gracias|muchísimas gracias|mil gracias|mil gracias|grax|muy agradecido"
            "|muy agradecida|se agradece) [de nuevo|otra vez|igualmente|por todo]",
            "(gracias|muchas gracias) por (la|su|tu|vuestra|toda su|toda la|todo|el|tan) [rápida|pronta|gran"
            "|buena] [ayuda|atención|respuesta|información|tiempo|amabilidad|apoyo|paciencia|servicio|aclaración]",
            "(le|te|os|les) (agradezco|lo agradezco) [mucho|la ayuda|de verdad]",
            "(es|eres|son|fue|ha sido|han sido|sois) [usted|muy|de gran|de mucha|un|una] (amable|amables|ayuda"
            "|útil|encanto|geniales|genial|maravilla|crack)",
            "muy (amable|amables|útil)",
            "(de nada|no hay de qué)",
            "(buen|excelente|gran) (servicio|trabajo)",
        ),
        "fr": (
            "(merci|mercii|merci beaucoup|merci bien|un grand merci|mille mercis|mille merci|grand merci"
            "|mci) [encore|à vous|à toi|infiniment|tellement|d'avance|quand même]",
            "(merci|merci beaucoup|un grand merci) [encore] (pour|de) (votre|ton|l'|la|tout|vos|cette) [rapide"
            "|super|belle] [aide|réponse|temps|gentillesse|patience|soutien|info|information|explications"
            "|réactivité|efficacité] [rapide]",
            "je vous (remercie|suis reconnaissant|suis reconnaissante) [beaucoup|vraiment|infiniment|pour votre aide]",
            "(c'est|c'était|vous êtes|vous avez été|tu es) [très|vraiment|trop|super] (gentil|gentille|aimable"
            "|utile|efficace|efficaces|génial|au top|sympa|parfaits|adorable)",
            "très (utile|gentil|aimable)",
            "(de rien|je vous en prie)",
            "(super|excellent|bon|très bon) (service|travail)",
        ),
        "pt": (
            "(obrigado|obrigada|muito obrigado|muito obrigada|obg|obgd|brigado|brigada|valeu|agradecido"
            "|agradecida|grato|grata|mil obrigados) [mesmo|de novo|novamente|por tudo|demais]",
            "(obrigado|obrigada|muito obrigado|muito obrigada) (pela|pelo|por) [sua|vossa|tua|toda a"
            "|seu] [rápida|pronta|ótima] [ajuda|resposta|atenção|tempo|paciência|informação|apoio"
            "|esclarecimento|tudo|simpatia]",
            "(agradeço|agradecemos) [muito|imenso|a ajuda|pela ajuda|a atenção]",
            "(é|foi|foram|são) [muito|super|um|uma] (gentil|gentis|amável|útil|prestável|ótimo|ótimos|querido"
            "|simpático|atencioso)",
            "muito (gentil|amável|útil)",
            "(obrigadão|obrigadinho|obrigadinha|brigadão|de nada|show|show de bola)",
            "(ótimo|bom|excelente) (serviço|trabalho|atendimento)",
        ),
    },
    "solved": {
        "en": (
            "(that|it|this|which|you) [just|has|have|finally|really|already] (solved|fixed|sorted|resolved"
            "|cleared|did) (it|that|everything|the problem|my problem|my issue|the issue|the trick|it all"
            "|things) [now|up|out|for me]",
            "(that|it|this|everything) (works|worked|is working|helped|is solved|is fixed|is sorted|is resolved"
            "|is done|is all sorted|is all good|has been solved|has been fixed|has worked|works fine"
            "|works perfectly|works great) [now|again|fine|perfectly|well|a lot|for me|like a charm] [now|again]",
            "(it's|that's|everything's|all is|all's) [all|now] (working|solved|fixed|sorted|resolved|done"
            "|settled|fine|good|ok|okay) [now|again]",
            "[my|the] (problem|issue|question|matter|case|query) [is|has been|was|got] (solved|fixed|sorted"
            "|resolved|answered|settled|closed) [now]",
            "[it|that|this|everything] works like a (charm|dream)",
            "[it|they|[my|the] parcel|[my|the] order|[my|the] package|[my|the] letter] [has|have|just|finally|"
            "has finally]"
            " (came|come|arrived|turned up) [today|now|just now|this morning|in the post|safely]",
            "[all|just|now|i|i've|have] received [it|everything] [today|now|safely]",
            "(solved|fixed|sorted|resolved|done|works now|working now|all sorted|all fixed|all solved|all done"
            "|all set|issue solved|case closed) [now]",
            "(found|i found|got|i got|i've got|i have) it [now|working]",
            "[i|i've] (figured|worked|sorted|got|found) it out [now|myself]",
            "(never mind|nevermind|nvm) [found it|got it|i found it|solved|sorted|it works|it works now"
            "|i figured it out|all good]",
            "that answers (my question|it|everything)",
            "(that's|that is|that was) (exactly|just|all) what i (needed|wanted|was looking for)",
            "(that's|that is|that was) (exactly|just|all) i (needed|wanted)",
        ),
        "de": (
            "(das|es|jetzt|nun) (hat|habe|ist) [mir|jetzt|sich|alles|schon|bereits|super|prima|sehr"
            "|das problem] (geholfen|geklappt|funktioniert|erledigt|gelöst|geklärt|in ordnung|behoben"
            "|weitergeholfen|es gelöst)",
            "(es|das|jetzt|alles|nun) (geht|klappt|funktioniert|läuft|passt) [es] [jetzt|wieder|nun|alles|super"
            "|prima|perfekt|einwandfrei] [wieder|super|prima|perfekt]",
            "[mein|das|die|meine] (problem|frage|anliegen|sache|fall) [ist|hat sich|wurde] [damit|jetzt|schon"
            "|bereits] (gelöst|geklärt|erledigt|behoben|beantwortet)",
            "(hat sich|alles) [schon|bereits] (erledigt|geklärt|gelöst|bestens|gut|klar|in ordnung|super|paletti)",
            "(erledigt|gelöst|geklärt|behoben|gefunden|habs|hab's|hab es gefunden|ich hab's"
            "|ich habe es gefunden|hat geklappt|hat funktioniert|geht wieder|klappt jetzt|passt so|hat geholfen)",
            "(läuft|geht|klappt|funktioniert) (wieder|jetzt|jetzt wieder)",
            "[ist|alles|das paket ist|es ist] [heute|gestern|gerade|gut] (angekommen|eingetroffen)",
            "(das|mehr) (wars|war's|war alles|wollte ich nicht wissen|war genau was ich brauchte)",
        ),
        "es": (
            "(ya|eso|esto|todo|ahora) [me|lo|ha|se|está|quedó|ya|sí] [me|lo|ha|se|está] (funciona|funcionó"
            "|funcionado|solucionó|solucionado|resuelto|resolvió|arregló|arreglado|ayudó|sirvió|listo|bien"
            "|claro|encontré|va bien|en orden) [bien|ya|perfectamente|perfecto|de nuevo|el problema|todo]",
            "[mi|el|la] (problema|duda|asunto|tema|pregunta|caso) [está|quedó|ya está|ha sido] [ya] (resuelto"
            "|resuelta|solucionado|solucionada|aclarado|aclarada|arreglado|cerrado)",
            "(solucionado|resuelto|arreglado|listo|todo listo|todo bien|todo claro|ya está|ya lo encontré"
            "|lo encontré|problema resuelto|problema solucionado|asunto resuelto|ya funciona|duda resuelta)",
            "(eso|era|es) (era todo|todo lo que necesitaba|todo lo que quería saber|justo lo que necesitaba)",
        ),
        "fr": (
            "(ça|c'est|cela|tout|c'était|problème) [m'a|a|est|marche|fonctionne] [bien|maintenant|tout"
            "|parfaitement] [a|est] (marche|marché|fonctionne|fonctionné|réglé|résolu|bon|aidé|en ordre|parfait"
            "|refonctionne) [maintenant|bien|de nouveau|à nouveau|parfaitement|très bien]",
            "[mon|le|la|ma] (problème|question|souci|affaire|dossier) (est|a été|est maintenant) (résolu"
            "|résolue|réglé|réglée|clos)",
            "(réglé|résolu|c'est réglé|c'est bon|c'est résolu|tout est réglé|tout est bon|tout marche"
            "|tout fonctionne|ça marche|ça y est|ça fonctionne|j'ai trouvé|je l'ai trouvé|trouvé"
            "|problème résolu|problème réglé|ça m'a aidé|ça a marché)",
            "c'est (tout ce que je voulais savoir|exactement ce qu'il me fallait|tout ce qu'il me fallait)",
        ),
        "pt": (
            "(já|isso|isto|tudo|agora|está) [me|já|ficou|está|foi|tudo|se] [me|está|ficou] (funciona|funcionou"
            "|resolveu|resolvido|resolvida|ajudou|certo|ok|bem|claro|deu certo|encontrei|a funcionar"
            "|funcionando|resolvido) [bem|agora|perfeitamente|de novo|o problema|tudo]",
            "[o|meu|o meu|a|minha|a minha] (problema|dúvida|assunto|questão|caso) [está|foi|ficou"
            "|já está] [já] (resolvido|resolvida|esclarecido|esclarecida|fechado|solucionado)",
            "(resolvido|resolvida|tudo resolvido|tudo certo|tudo ok|tudo bem|já está|já encontrei|encontrei"
            "|problema resolvido|deu certo|já funciona|funcionou|já deu)",
            "(era|é) (só isso|tudo o que eu queria saber|o que eu precisava|isso mesmo|só o que queria saber)",
        ),
    },
    "declined": {
        "en": (
            "(no|nope|nah|naw|not) (thanks|thank you|thx|need|thankyou|ty|necessary|today|at the moment|right now)",
            "(no|nope|nah|naw) [thanks|thank you|but thanks] (that's|that is|that'll be|that will be) (all|it"
            "|everything|fine|ok|okay) [for now|for today|from me]",
            "[no|nope|nah|naw] (that's|that is|that'll be|that was|that will be) (all|it|everything) [i need"
            "|i needed|for now|for today|from me|from my side]",
            "[no|nope|nah|naw] (nothing else|nothing more|no more questions|no further questions"
            "|no other questions|all good|all fine|all clear|i'm good|i'm fine|i'm ok|i'm okay|im good"
            "|we're good|we are good|i am good|i'm all set|all set|we're done|i'm done|it's fine|it's ok"
            "|it's okay|its fine|its ok|it's all good|don't worry|no worries|no need|not needed|no problem"
            "|i'm happy|everything's fine|everything is fine) [here|now|for now|else|today|then]",
            "(never mind|nevermind|nvm|forget it that's all)",
        ),
        "de": (
            "(nein|nee|ne|nö) (danke|dankeschön|vielen dank|passt schon|alles gut|alles klar|schon gut"
            "|alles bestens|das wars|das war's|das war alles|das ist alles|nichts mehr|nichts weiter|alles okay"
            "|alles ok|nicht nötig|brauche ich nicht|kein bedarf) [danke|vielen dank|dir|ihnen]",
            "(alles gut|alles bestens|passt schon|passt|schon gut|das wars|das war's|das ist alles|sonst nichts"
            "|nichts mehr|nichts weiter|keine weiteren fragen|keine fragen mehr|nicht nötig|kein bedarf"
            "|kein problem|brauche nichts mehr|hat sich erübrigt)",
        ),
        "es": (
            "no (gracias|muchas gracias|hace falta|es necesario|nada más|eso es todo|todo bien|eso era todo"
            "|está bien|con eso basta) [gracias|muchas gracias]",
            "(nada más|eso es todo|eso era todo|no necesito nada más|no tengo más preguntas|no hace falta"
            "|no es necesario|todo bien|no te preocupes|no se preocupe|está bien así|con eso me basta)",
        ),
        "fr": (
            "(non|nan) (merci|merci beaucoup|c'est bon|c'est tout|ça ira|ça va|rien d'autre|pas besoin"
            "|tout va bien|sans façon) [merci]",
            "(c'est tout|ce sera tout|rien d'autre|ça ira|ça va|pas besoin|pas la peine|plus de questions"
            "|je n'ai plus de questions|tout va bien|tout est clair|ne vous inquiétez pas|laissez tomber c'est bon)",
        ),
        "pt": (
            "(não|nao) (obrigado|obrigada|é tudo|é só isso|precisa|é preciso|mais nada|está tudo bem|tudo bem"
            "|tudo certo|é necessário|por agora é tudo) [obrigado|obrigada]",
            "(é tudo|é só isso|era só isso|mais nada|não preciso de mais nada|não tenho mais dúvidas"
            "|não é preciso|não precisa|deixe estar|deixa estar|está tudo bem|sem problema|fica assim)",
        ),
    },
    "farewell": {
        "en": (
            "(bye|goodbye|good bye|bye bye|byebye|see you|see ya|cya|farewell|take care|good night|goodnight"
            "|ttyl|so long|later|see you later|talk to you later|talk soon|until next time) [for now|then|soon"
            "|tomorrow|now|everyone|all]",
            "[i wish you|wish you|wishing you|you|and] [have] [a|an|yourself a] (good|nice|great|lovely"
            "|wonderful|pleasant|fantastic|happy) (day|evening|night|weekend|one|time|afternoon|week"
            "|rest of your day|holiday|holidays|christmas|new year) [ahead|too|bye|everyone|as well]",
            "(same|likewise|and you|you too|to you too|same to you|the same to you) [too]",
            "(best|kind|warm|many) (regards|wishes)",
            "regards",
        ),
        "de": (
            "(tschüss|tschüß|tschau|ciao|auf wiedersehen|wiedersehen|bis dann|bis bald|bis später|bis morgen"
            "|gute nacht|servus|ade|mach's gut|machen sie es gut|schönen tag noch|bis zum nächsten mal)",
            "[ich wünsche|wünsche|ihnen|dir|euch|noch|und|auch] [ihnen|dir|euch] [noch] [einen|ein"
            "|eine] (schönen|schönes|schöne|guten|gute|tollen|angenehmen) (tag|abend|nachmittag|wochenende"
            "|woche|feierabend|zeit|feiertage|nacht) [noch|ihnen|dir|euch]",
            "(ebenso|ebenfalls|gleichfalls|ihnen auch|dir auch|euch auch)",
            "(liebe|viele|beste|schöne|freundliche|mit freundlichen|herzliche) (grüße|grüßen|gruß)",
            "(lg|mfg|vg)",
        ),
        "es": (
            "(adiós|chao|chau|hasta luego|hasta pronto|hasta mañana|nos vemos|buenas noches|hasta la próxima"
            "|cuídese|cuídate|que vaya bien|que le vaya bien)",
            "[que|le|te|les|os|deseo] [deseo|tenga|tengas|tengan|tengáis|pase|pases] [un|una] (buen|buena|feliz"
            "|excelente|lindo|bonito) (día|tarde|noche|fin de semana|semana|jornada)",
            "(igualmente|lo mismo digo|a usted|a ti|a ustedes)",
            "(un saludo|saludos|saludos cordiales|atentamente|un cordial saludo)",
        ),
        "fr": (
            "(au revoir|à bientôt|à plus|à demain|bonne nuit|ciao|salut|adieu|à la prochaine|à plus tard|bye)",
            "[je vous souhaite|passez|et] [une|un] [très] (bonne|bon|belle|excellente|excellent) (journée"
            "|soirée|week end|après midi|fin de journée|semaine|continuation|dimanche|nuit) [à vous|à vous aussi]",
            "(à vous aussi|de même|vous aussi|également|pareillement|à toi aussi)",
            "(cordialement|bien cordialement|bien à vous|salutations)",
        ),
        "pt": (
            "(tchau|adeus|até logo|até breve|até mais|até amanhã|até à próxima|até a próxima|boa noite|fica bem"
            "|fique bem|abraço|abraços)",
            "[tenha|tenham|tem|desejo|e|um|uma] [um|uma] (bom|boa|ótimo|ótima|excelente|feliz|lindo) (dia|tarde"
            "|noite|fim de semana|semana|final de semana)",
            "(igualmente|para si também|para você também|pra você também|o mesmo para si)",
            "(cumprimentos|atenciosamente|com os melhores cumprimentos)",
        ),
    },
    "acknowledgement": {
        "en": (
            "(ok|okay|okey|okie|oki|k|kk|alright|all right|got it|i got it|understood|i understand|i see|noted"
            "|perfect|great|cool|nice|awesome|excellent|wonderful|brilliant|fantastic|amazing|lovely|super|good"
            "|very good|sounds good|sounds great|makes sense|that makes sense|fair enough|will do"
            "|i will do that|i'll do that|i'll try that|will try|that's fine|that is fine|good to know|roger"
            "|copy that|works for me|clear|all clear|good job|well done|yay|hooray|woohoo|phew|that's great"
            "|that's good|that is great|great news|good news|great job|great service|love it)",
        ),
        "de": (
            "(ok|okay|okey|gut|sehr gut|alles klar|klar|verstanden|ich verstehe|verstehe|aha|prima|super"
            "|perfekt|toll|klasse|wunderbar|spitze|top|großartig|bestens|in ordnung|geht klar|mach ich"
            "|mache ich|werde ich machen|probiere ich|gut zu wissen|einverstanden|alles verstanden|passt"
            "|sehr schön|schön|das ist gut|das ist super|hervorragend|ausgezeichnet|jawohl)",
        ),
        "es": (
            "(ok|vale|okay|bien|muy bien|de acuerdo|entendido|entiendo|ya veo|perfecto|genial|estupendo"
            "|excelente|claro|comprendido|listo|anotado|bueno|fenomenal|qué bien|qué bueno|está bien|guay"
            "|buenísimo|lo haré|así lo haré|súper|fantástico|maravilloso)",
        ),
        "fr": (
            "(ok|okay|d'accord|d'acc|bien|très bien|entendu|compris|je comprends|je vois|parfait|super|génial"
            "|excellent|noté|c'est noté|c'est bien|c'est clair|c'est parfait|ça marche|top|nickel|impeccable"
            "|formidable|je vais faire ça|je vais essayer|bonne nouvelle|bien reçu|c'est super)",
        ),
        "pt": (
            "(ok|okay|certo|está bem|tá bom|tá bem|tá|entendi|percebi|compreendi|perfeito|ótimo|óptimo"
            "|excelente|beleza|combinado|claro|muito bem|bom|que bom|boa|fixe|maravilha"
            "|vou fazer isso|vou tentar|anotado|de acordo|bacana|top|que ótimo)",
        ),
    },
}

_FILLERS = """
x xx xxx
so then well oh ah um hm hmm hey hi hello just and now really all everyone team guys folks sir madam dear friend mate
buddy support there again too also haha lol btw anyway everybody
ach na denn dann und auch aber jetzt hallo liebes zusammen leute
y pues bueno ya hola ah entonces equipo todos
et alors bonjour salut donc du coup equipe tous ben
e entao pois ola oi bom pessoal equipa
"""
FILLERS = frozenset(_FILLERS.split())
"""Words that say nothing beside a courtesy; alone they are none. No word for yes or no: it may answer an offer."""
