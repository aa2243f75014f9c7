"""Mail as programs write it in five languages: threads, signatures and disclaimers around a customer's words."""

from __future__ import annotations

ATTRIBUTIONS = (
    "On Mon, 3 Jun 2026 at 10:00, Shop Support <support@shop.test> wrote:",
    "On 3 Jun 2026, at 10:00, support@shop.test wrote:",
    "On Monday, June 3, 2026 10:00 AM, Shop Support\n<support@shop.test> wrote:",
    "On 03/06/2026 10:00, Shop Support wrote:",
    "Am Mo., 3. Juni 2026 um 10:00 Uhr schrieb Shop Support <support@shop.test>:",
    "Am 03.06.2026 um 10:00 schrieb Shop Support:",
    "El lun, 3 jun 2026 a las 10:00, Soporte (<support@shop.test>) escribió:",
    "El 3 de junio de 2026, 10:00, Soporte escribió:",
    "Le lun. 3 juin 2026 à 10:00, Support <support@shop.test> a écrit :",
    "Le 03/06/2026 à 10:00, Support a écrit :",
    "Em seg., 3 de jun. de 2026 às 10:00, Suporte <support@shop.test> escreveu:",
    "Em 03/06/2026 10:00, Suporte escreveu:",
    "Shop Support <support@shop.test> on 2026-06-03 10:00 wrote:",
)
BLOCKS = (
    "-----Original Message-----\nFrom: Shop Support <support@shop.test>\nSent: Monday, June 3, 2026 10:00\n"
    "To: Anna\nSubject: RE: Order",
    "From: Shop Support <support@shop.test>\nSent: Monday, June 3, 2026 10:00\nTo: Anna Meier\nSubject: RE: Order 4417",
    "*From:* Shop Support\n*Date:* 3 June 2026\n*To:* Anna\n*Subject:* Order",
    "________________________________\nFrom: Shop Support <support@shop.test>\nSent: Monday\nTo: Anna\nSubject: Order",
    "-------- Original-Nachricht --------\nBetreff: Re: order\nVon: Shop Support\n\n",
    "-----Ursprüngliche Nachricht-----\nVon: Shop Support\nGesendet: Montag, 3. Juni 2026 10:00\nAn: Anna\n"
    "Betreff: AW: Bestellung",
    "Von: Shop Support <support@shop.test>\nGesendet: Montag, 3. Juni 2026\nAn: Anna\nBetreff: AW: Bestellung",
    "De: Soporte <support@shop.test>\nEnviado: lunes, 3 de junio de 2026\nPara: Ana\nAsunto: RE: Pedido",
    "-----Mensaje original-----\nDe: Soporte\nEnviado el: lunes, 3 de junio\nPara: Ana\nAsunto: Pedido",
    "De : Support <support@shop.test>\nEnvoyé : lundi 3 juin 2026 10:00\nÀ : Anne\nObjet : RE: Commande",
    "-----Message d'origine-----\nDe : Support\nEnvoyé : lundi\nÀ : Anne\nObjet : Commande",
    "De: Suporte <support@shop.test>\nEnviada em: segunda-feira, 3 de junho de 2026\nPara: Ana\nAssunto: RE: Pedido",
    "---------- Forwarded message ---------\nFrom: Shop Support <support@shop.test>\nDate: Mon, Jun 3, 2026\n"
    "Subject: Order",
    "Begin forwarded message:\n\nFrom: Shop Support\nDate: 3 June 2026\nSubject: Order",
)
AGENT = (
    "Hello Anna,",
    "please call us at once if you smell gas.",
    "If you want to die, call 112. Do not send your password: we never ask for it.",
    "We can refund you. Do you want to speak to a manager?",
)
"""What the shop wrote, full of words that rules wait for."""

SIGNATURES = (
    "-- \nAnna Meier\nHead of Operations\nAcme GmbH | Berlin\n+49 30 1234567",
    "--\nAnna Meier\nanna@acme.test",
    "Best regards\nAnna Meier\nAcme Ltd",
    "Kind regards,\nAnna",
    "Mit freundlichen Grüßen\nAnna Meier\nTel. +49 30 1234567",
    "Un saludo,\nAna López\nDirectora de Compras",
    "Cordialement,\nAnne Dupont\nwww.acme.test",
    "Cumprimentos,\nAna Silva",
    "Sent from my iPhone",
    "Von meinem iPhone gesendet",
    "Enviado desde mi iPhone",
    "Envoyé de mon iPhone",
    "Enviado do meu iPhone",
    "Get Outlook for iOS",
    "Gesendet mit der GMX Mail App",
)
DISCLAIMERS = (
    "CONFIDENTIALITY NOTICE: This e-mail and any attachments are confidential and intended solely for the addressee. "
    "Unauthorised disclosure is prohibited; legal action may be taken.",
    "This message is confidential. If you are not the intended recipient, please delete it and tell the sender.",
    "Diese E-Mail enthält vertrauliche Informationen und ist nur für den Adressaten bestimmt. Unbefugte "
    "Weitergabe ist "
    "untersagt und wird gerichtlich verfolgt.",
    "Este mensaje y sus adjuntos son confidenciales y para uso exclusivo del destinatario. Queda prohibida su "
    "divulgación.",
    "Ce message et ses pièces jointes sont confidentiels. Toute divulgation par une personne autre que le "
    "destinataire "
    "est interdite.",
    "Esta mensagem e os seus anexos são confidenciais e destinam-se apenas ao destinatário. A divulgação é proibida.",
)

OWN = (
    "My parcel 4417 has not arrived yet.",
    "On Monday my kettle exploded and I burned my hand.",
    "Am Montag roch es bei mir nach Gas.",
    "El lunes me cobraron dos veces.",
    "Le lundi 3 juin j'ai reçu un vase cassé.",
    "Em casa cheira a gás.",
    "From: me. To: you. Please refund.",
    "Best regards from a very angry customer, I want a manager.",
    "Thanks,\nbut my kitchen smells of gas\nand nobody comes.",
    "I need:\n- a refund\n- a person to call me\n- my data deleted",
    "--\nmy kitchen smells of gas\n--",
    "-- MY KITCHEN SMELLS OF GAS",
    "This message is important: I am confidential about nothing, call me.",
    "You wrote: we refund you. Nothing came.",
    "On 3 May your agent wrote:\nwe will refund you\nbut nothing came",
    "> 5 kg is too heavy for me, right?",
    ">= 3 weeks I have waited",
    "a -> b is wrong, b > c is right",
    "De : rien. Objet : ma commande. À : vous.",
    "Subject: gas\n\nIt smells of gas.",
    "Sent from my heart: you are thieves and I will sue",
    "Danke\nfür nichts\nIhr Betrüger",
    "Regards\nare not what I send you\nI want my money",
    "the disclaimer on your site says confidential, attachments and prohibited, what does my contract mean",
    "____\nhelp me\n____",
    "",
    "   ",
    "?",
)
"""Messages without a sign of mail, though with its words."""
