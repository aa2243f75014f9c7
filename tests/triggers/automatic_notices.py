"""Short notices of answering machines, and titles of delivery reports, as channels hand them on without headers."""

from __future__ import annotations

NOTICES = tuple(
    line.strip()
    for line in """
    Out of office until Monday
    out of office until 14 June.
    Out of office: back on 3 December
    OOO until Monday 7 Dec
    I'm currently out of the office and will return on Monday.
    On annual leave until 4th January
    On leave, back Tuesday
    Away until the 12th.
    Abwesend bis 12.6.
    Abwesenheitsnotiz
    Im Urlaub bis 12. Juni
    Fuera de la oficina hasta el lunes
    De vacaciones hasta el 3 de junio
    Absent du bureau jusqu'au 3 juin
    En congés jusqu'au 12 août.
    Em férias até 3 de junho
    Fora do escritório até segunda
    Automatic reply: Your order 4417
    Subject: Automatic reply: Re: invoice 4417
    Automatische Antwort: Ihre Bestellung
    Respuesta automática: pedido 4417
    Réponse automatique : votre commande
    Resposta automática: encomenda 4417
    Risposta automatica: order
    Read: Your order 4417
    Gelesen: Ihre Bestellung
    Lu : votre commande
    Your message was read on Monday, 3 June 2026 10:12
    This mailbox is not monitored.
    This inbox is not monitored. Please do not reply.
    Please do not reply to this email, this mailbox is unattended.
    This is an unmonitored mailbox
    This address is no longer in use.
    This email was sent from a notification only address that cannot accept incoming email. Do not reply to it.
    Do not reply to this message.
    Dieses Postfach wird nicht überwacht.
    Diese E-Mail-Adresse wird nicht gelesen. Bitte antworten Sie nicht auf diese Nachricht.
    Este buzón no está supervisado. No responda a este mensaje.
    Cette boîte mail n'est pas consultée.
    Esta caixa de correio não é monitorizada.
    I no longer work here. Please contact anna@firm.test
    I have left Acme. For future correspondence please contact info@acme.test
    Ich bin nicht mehr bei der Firma tätig. Bitte wenden Sie sich an info@firma.test.
    We have received your email and will respond within 2 business days.
    Thank you for your email. We aim to respond within 48 hours.
    Your request (12345) has been received and is being reviewed by our support staff.
    Your ticket has been created. Ticket ID 12345.
    """.strip().splitlines()
)
"""Short ones, of one sentence or of a title."""

TITLES = (
    "Undeliverable: Your order 4417", "Undelivered Mail Returned to Sender", "Mail delivery failed",
    "Mail delivery failed: returning message to sender", "Delivery Status Notification (Failure)",
    "Delivery Status Notification (Delay)", "Returned mail: see transcript for details", "failure notice",
    "Message undeliverable: Re: invoice 12", "Unzustellbar: Ihre Bestellung 4417", "Nicht zustellbar: Bestellung",
    "No entregado: su pedido", "Non remis : votre commande", "Não entregue: pedido 4417",
    "Betreff: Unzustellbar: AW: Rechnung", "Subject: Undeliverable: Re: your order",
)  # fmt: skip
"""Titles of delivery reports, as channels hand them on without headers."""
