"""Automatic replies and mail systems' reports in five languages, made from parts, and what people write about them."""

from __future__ import annotations

from itertools import product

OPENINGS = {
    "en": ("Thank you for your message.", "Hello,\n\nthanks for your e-mail.", "This is an automatic reply."),
    "de": (
        "Vielen Dank für Ihre Nachricht.",
        "Guten Tag,\n\ndanke für Ihre E-Mail.",
        "Dies ist eine automatische Antwort.",
    ),
    "es": ("Gracias por su mensaje.", "Hola,\n\ngracias por su correo.", "Este es un mensaje automático."),
    "fr": ("Merci pour votre message.", "Bonjour,\n\nmerci de votre e-mail.", "Ceci est une réponse automatique."),
    "pt": ("Obrigado pela sua mensagem.", "Olá,\n\nobrigada pelo seu e-mail.", "Esta é uma resposta automática."),
}
ABSENCES = {
    "en": (
        "I am out of the office until Monday, 3 June.",
        "I am currently on annual leave and will be back on 12/08/2026.",
        "I am away from my desk and have limited access to my e-mail.",
    ),
    "de": (
        "Ich bin bis zum 12. August nicht im Büro.",
        "Ich bin derzeit im Urlaub und ab dem 3.6. wieder erreichbar.",
        "Ich bin auf Dienstreise und habe keinen Zugriff auf meine E-Mails.",
    ),
    "es": (
        "Estoy fuera de la oficina hasta el lunes 3 de junio.",
        "Actualmente estoy de vacaciones y vuelvo el 12 de agosto.",
        "Me encuentro ausente y tengo acceso limitado al correo.",
    ),
    "fr": (
        "Je suis absente du bureau jusqu'au lundi 3 juin.",
        "Je suis actuellement en congés et serai de retour le 12 août.",
        "Je suis en déplacement avec un accès limité à mes mails.",
    ),
    "pt": (
        "Estou fora do escritório até segunda-feira, 3 de junho.",
        "Encontro-me de férias e volto no dia 12 de agosto.",
        "Estou ausente e com acesso limitado ao e-mail.",
    ),
}
CLOSINGS = {
    "en": (
        "In urgent cases please contact my colleague Anna Meier at anna@firm.test.\n\nBest regards\nTom Baker",
        "I will reply to your message when I am back.",
        "If your matter is urgent, please call me on +44 20 7946 0000.",
    ),
    "de": (
        "In dringenden Fällen wenden Sie sich bitte an Frau Schmidt (schmidt@firma.test).\n\nMit freundlichen "
        "Grüßen\nPetra Kunz",
        "Ich werde Ihre Nachricht nach meiner Rückkehr beantworten.",
        "Ihre E-Mail wird nicht weitergeleitet.",
    ),
    "es": (
        "En caso de urgencia contacte con mi compañera Ana López (ana@empresa.test).\n\nUn saludo\nJuan Pérez",
        "Responderé a su mensaje a mi regreso.",
        "Para asuntos urgentes puede contactar con el 91 123 45 67.",
    ),
    "fr": (
        "En cas d'urgence, veuillez contacter ma collègue Marie Dupont au 01 23 45 67 89.\n\nCordialement\nPaul Martin",
        "Je répondrai à votre message à mon retour.",
        "Votre message sera traité à mon retour.",
    ),
    "pt": (
        "Em caso de urgência, contacte o meu colega João Silva (joao@empresa.test).\n\nCumprimentos\nRita Sousa",
        "Responderei à sua mensagem quando voltar.",
        "Para assuntos urgentes, contacte 21 123 45 67.",
    ),
}
OUT_OF_OFFICE = tuple(
    " ".join(parts)
    for language in OPENINGS
    for parts in product(OPENINGS[language], ABSENCES[language], CLOSINGS[language])
)
"""135 replies."""

RECEIVED = (
    "Thank you for contacting Acme Support. We have received your request and will get back to you within 24 hours. "
    "Your ticket number is 12345. This is an automated message, please do not reply to this email.",
    "Vielen Dank für Ihre Anfrage. Ihre Nachricht ist bei uns eingegangen. Ihre Vorgangsnummer ist 4417. "
    "Bitte antworten Sie nicht auf diese automatisch generierte Nachricht.",
    "Gracias por contactar con nosotros. Hemos recibido su solicitud. Este es un mensaje automático, no responda "
    "a este correo.",
    "Nous avons reçu votre demande et vous répondrons dans les meilleurs délais. Ceci est un message automatique.",
    "Recebemos o seu pedido e responderemos com a maior brevidade possível. Esta é uma mensagem automática.",
)

BOUNCES = (
    "This is the mail system at host mx.firm.test.\n\nI'm sorry to have to inform you that your message could not be "
    "delivered.\n\n<anna@firm.test>: host mx.firm.test said: 550 5.1.1 user unknown",
    "Delivery has failed to these recipients or groups:\n\nanna@firm.test\n\nRemote Server returned '550 5.1.10 "
    "RESOLVER'",
    "Delivery to the following recipient failed permanently:\n\n     anna@firm.test\n\n550-5.1.1 does not exist",
    "Your message to anna@firm.test couldn't be delivered.\n\n5.4.1 Recipient address rejected: Access denied",
    "A message that you sent could not be delivered to one or more of its recipients.\n\n  anna@firm.test\n 552 "
    "mailbox full",
    "Hi. This is the qmail-send program at firm.test.\n<anna@firm.test>:\n550 no mailbox here by that name",
    "Address not found\nYour message wasn't delivered to anna@firm.test\nThe response was: 550 5.1.1",
    "Mail delivery failed: returning message to sender\n\nanna@firm.test\n  SMTP error: 554 5.7.1",
    "Undeliverable: Order 4417\nReporting-MTA: dns;mx.firm.test\nFinal-Recipient: rfc822;anna@firm.test\nAction: "
    "failed",
    "Ihre Nachricht an anna@firma.test konnte nicht zugestellt werden.\n\n550 5.1.1 Empfänger unbekannt",
    "Fehler bei der Nachrichtenzustellung an folgende Empfänger:\nanna@firma.test\nStatus: 5.2.2",
    "Zustellung fehlgeschlagen\nFinal-Recipient: rfc822;anna@firma.test",
    "Su mensaje a ana@empresa.test no se ha podido entregar.\n\n550 5.1.1",
    "No se pudo entregar el mensaje a ana@empresa.test\nStatus: 5.1.1",
    "Votre message à marie@societe.test n'a pas pu être remis.\n\n550 5.1.1",
    "Échec de la remise pour ces destinataires : marie@societe.test\n5.4.1",
    "A sua mensagem para joao@empresa.test não foi entregue.\n\n550 5.1.1",
    "Falha na entrega da mensagem para joao@empresa.test\n5.2.2 mailbox full",
)

PEOPLE = tuple(
    line.strip()
    for line in """
    out of office until when?
    mail delivery failed again, where do I send my complaint
    Undeliverable: my parcel came back to you, I want my money
    Undeliverable: gas leak in the kitchen
    Automatic reply: I want to talk to a person
    Automatic reply, again
    undeliverable: how do I change the address
    my letter came back undeliverable
    why is this mailbox not monitored
    this mailbox is not monitored, but my kitchen is on fire
    Message not delivered to my neighbour
    Delivery failed
    The parcel is undeliverable
    On leave, back Tuesday, my order?
    On holiday until Friday and the card is stolen
    Away until Friday, the alarm at home is ringing
    I have left my husband, he threatens me
    She no longer works, please lower the rate
    We have received your email and it is rubbish
    Read: the label says poison
    Abwesend bis Montag, aber das Wasser läuft aus
    Fuera de la oficina hasta el lunes, me robaron la tarjeta
    I am out of the office next week, please call me before
    I'm out of office until Monday, can you deliver on Tuesday?
    I am out of the office until Monday. Please deliver the parcel after that.
    Thanks for your message. I am on holiday until the 5th, so leave it with my neighbour.
    I'll be away until Friday, will my return still count?
    I got an automatic reply three times now, is anybody there
    You sent me an out of office note, but my kitchen smells of gas
    this is not an automatic reply, I am a real customer
    Your message said: This is an automated message. Please let a person answer.
    I am on sick leave and cannot pay the bill
    I'm on maternity leave and need to pause the contract
    is your office open, I got an out of office message
    Thank you for your e-mail. I am away until June. My order has still not arrived.
    I am out of the office. Help, my charger is on fire
    I have no access to my e-mail, how do I reset the password
    I have limited access to my account since Monday
    Thanks for your message. I want to speak to a person.
    please do not reply to this email, call me instead
    I am not in the office but the driver is waiting there
    Thank you for your message, I am on vacation and I lost my card
    my colleague is on leave, can I sign for the parcel
    My mail to anna@firm.test bounced with 550 5.1.1 user unknown, what is her address?
    I wrote to you and got: Delivery has failed to these recipients. Where do I write?
    your message could not be delivered, that is what your shop told me, why
    I get undeliverable: mailbox full when I mail you, please help
    Address not found, says your app. 550 is the code.
    Delivery failed, the driver did not ring. Order 550 1234
    your message to me said the parcel could not be delivered, what now
    Ich bin bis Montag nicht im Büro, bitte vorher anrufen und klingeln
    Ich bin im Urlaub, kann das Paket bis zum 5. gelagert werden?
    Danke für Ihre Nachricht. Ich bin bis Montag im Urlaub. Die Lieferung bitte danach.
    Ich bin abwesend, wenn der Bote kommt, legen Sie es in die Garage
    Ich bekomme nur automatische Antworten, ist da jemand
    Dies ist keine automatische Antwort, ich bin echt
    Ich bin in Elternzeit und möchte den Vertrag pausieren
    Ich habe keinen Zugriff auf meine E-Mails und kann mich nicht anmelden
    Vielen Dank für Ihre Nachricht. Bitte rufen Sie mich zurück.
    Meine Mail kam zurück: 550 5.1.1, was ist die richtige Adresse
    Ihre Nachricht konnte ich nicht lesen, bitte noch einmal
    Die Zustellung ist fehlgeschlagen, obwohl ich zu Hause war
    Estoy fuera de la oficina hasta el lunes, entreguen el martes por favor
    Estoy de vacaciones, ¿puedo ampliar el plazo de devolución?
    Gracias por su mensaje. Estoy de vacaciones y mi pedido no llega.
    Estoy de baja y no puedo pagar la factura
    Solo recibo respuestas automáticas, quiero una persona
    No tengo acceso a mi correo y necesito entrar en la cuenta
    No se pudo entregar mi pedido, ¿por qué?
    Mi correo vuelve con 550 5.1.1, cuál es la dirección correcta
    Su mensaje no se entiende, explíquenlo mejor
    Gracias por su correo. Llámenme antes del lunes.
    Je suis absente jusqu'à lundi, livrez mardi s'il vous plaît
    Je suis en congés, puis-je prolonger le délai de retour ?
    Merci pour votre message. Je suis en vacances et ma commande n'arrive pas.
    Je ne reçois que des réponses automatiques, je veux une personne
    Je n'ai plus accès à ma boîte mail, comment me connecter
    Ceci n'est pas une réponse automatique, aidez moi
    Mon mail revient avec 550 5.1.1, quelle est la bonne adresse ?
    Votre message n'a pas de sens pour ma commande
    Merci pour votre e-mail. Rappelez moi avant lundi.
    Estou fora do escritório até segunda, entreguem na terça por favor
    Estou de férias, posso prolongar o prazo de devolução?
    Obrigado pela sua mensagem. Estou de férias e a encomenda não chega.
    Só recebo respostas automáticas, quero falar com alguém
    Não tenho acesso ao e-mail e preciso de entrar na conta
    O meu e-mail volta com 550 5.1.1, qual é o endereço certo
    A sua mensagem não responde à minha pergunta
    Estou de licença e não consigo pagar a fatura
    Obrigada pelo seu e-mail. Liguem me antes de segunda.
    out of office
    automatic
    until Monday
    thanks
    back on Tuesday
    Hello, I am back. Still no reply from you.
    """.strip().splitlines()
)

PROVEN = (
    {"Auto-Submitted": "auto-replied"},
    {"Auto-Submitted": "auto-replied (vacation)"},
    {"auto-submitted": "AUTO-GENERATED"},
    {"Auto-Submitted": "auto-notified; owner-email=anna@firm.test"},
    {"AUTO-SUBMITTED": "auto-generated;type=x"},
    {"Precedence": "auto_reply"},
    {"Precedence": "bulk"},
    {"Precedence": "Junk"},
    {"X-Autoreply": "yes"},
    {"X-AutoReply": "1"},
    {"X-Auto-Reply": "yes"},
    {"X-Autorespond": "Away"},
    {"X-Autoresponder": "yes"},
    {"X-Mail-Autoreply": "yes"},
    {"X-Vacation": "yes"},
    {"X-FC-MachineGenerated": "true"},
    {"X-POST-MessageClass": "9; Autoresponder"},
    {"Return-Path": "<>"},
    {"return-path": ""},
    {"Return-Path": "< >"},
    {"From": "MAILER-DAEMON"},
    {"From": "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"},
    {"From": '"MAILER-DAEMON" <MAILER-DAEMON@mx.firm.test>'},
    {"From": "bounce+4417=anna=firm.test@lists.firm.test"},
    {"From": "bounces@firm.test"},
    {"Content-Type": 'multipart/report; report-type=delivery-status; boundary="b"'},
    {"content-type": 'Multipart/Report; boundary=b; report-type="delivery-status"'},
    {"Content-Type": "multipart/report; report-type=disposition-notification"},
    {"Content-Type": "multipart/report; report-type=feedback-report"},
    {"X-Failed-Recipients": "anna@firm.test"},
    {"Subject": "Automatic reply: Order 4417"},
    {"Subject": "Auto: Out of Office"} | {"X-Autoreply": "yes"},
    {"Subject": "Out of Office: back on Monday"},
    {"Subject": "Out of the office"},
    {"Subject": "Autoreply: hello"},
    {"Subject": "Automatische Antwort: Bestellung 4417"},
    {"Subject": "Abwesenheitsnotiz: Urlaub"},
    {"Subject": "Respuesta automática: Pedido"},
    {"Subject": "Réponse automatique : Commande"},
    {"Subject": "Resposta automática: Pedido"},
    {"Subject": "Undelivered Mail Returned to Sender"},
    {"Subject": "Delivery Status Notification (Failure)"},
    {"Subject": "Mail delivery failed: returning message to sender"},
    {"Subject": "Undeliverable: Order"},
    {"Subject": "Unzustellbar: Bestellung"},
    {"Subject": "No se puede entregar: Pedido"},
    {"Subject": "Non remis : Commande"},
    {"Subject": "Não é possível entregar: Pedido"},
    {"Subject": "failure notice"},
    {"Subject": "Returned mail: see transcript for details"},
    {"Subject": "=?UTF-8?Q?R=C3=A9ponse_automatique_=3A_Commande?="},
    {"Subject": "=?utf-8?B?QXV0b21hdGlzY2hlIEFudHdvcnQ6IFVybGF1Yg==?="},
    {"Subject": "=?iso-8859-1?Q?N=E3o_=E9_poss=EDvel_entregar=3A_Pedido?="},
    {"Subject": "Automatisch antwoord: bestelling"},
    {"Subject": "Risposta automatica: ordine"},
    {"Subject": "Odpowiedź automatyczna: zamówienie"},
    {"Subject": "自动回复: order"},
    {"Subject": "Onbestelbaar: bestelling"},
    {"From": "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firm.test>"},
)
"""What proves a machine whatever the words."""

HINTED = (
    {"List-Id": "<offers.shop.test>"},
    {"List-Unsubscribe": "<mailto:off@shop.test>"},
    {"Precedence": "list"},
    {"X-Auto-Response-Suppress": "All"},
    {"X-Auto-Response-Suppress": "OOF, AutoReply"},
    {"From": "Shop <noreply@shop.test>"},
    {"From": "no-reply@shop.test"},
    {"From": "Do Not Reply <do-not-reply@shop.test>"},
    {"From": "postmaster@mx.firm.test"},
    {"From": "notifications@code.test"},
    {"Feedback-ID": "a:b:c"},
)
"""What programs write and groups add to people's mail."""

PERSONAL = (
    {"From": "Anna Meier <anna@firm.test>", "Return-Path": "<anna@firm.test>", "Auto-Submitted": "no"},
    {"From": "anna@firm.test", "Subject": "Re: Automatic reply: Order 4417"},
    {"From": "anna@firm.test", "Subject": "AW: Unzustellbar: Bestellung 4417"},
    {"From": "anna@firm.test", "Subject": "Fwd: Mail delivery failed"},
    {"From": "anna@firm.test", "Subject": "Order 4417 was undeliverable"},
    {"From": "anna@firm.test", "Subject": "my out of office neighbour took the parcel"},
    {"From": "anna@firm.test", "Precedence": "normal"},
    {"From": "anna@firm.test", "X-Autoreply": "no"},
    {"From": "anna@firm.test", "Content-Type": "multipart/alternative; boundary=b"},
    {"From": "anna@bouncescastle.test"},
    {"From": "anna@firm.test", "Subject": "=?UTF-8?Q?broken?="},
    {"From": "anna@firm.test", "Subject": "=?no-such-charset?B?AAAA?= order"},
    {"From": "Daemon Miller <daemon.miller@firm.test>"},
)

ADVERTS = (
    "New in the shop: kettles from 19 euros. See all offers.",
    "Sommerschlussverkauf: alle Drachen reduziert. Zum Angebot.",
    "Novedades de la semana: hervidores desde 19 euros.",
    "Nouveautés de la semaine : bouilloires dès 19 euros.",
    "Novidades da semana: chaleiras desde 19 euros.",
    "Build 4417 failed on branch main.",
    "",
)
