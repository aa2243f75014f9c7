"""Titles of answering machines and mail systems, in headers or as the first line of a text.

Programs write them in the language of whoever set the mailbox up, not in the customer's.
"""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Literal

from triggers.automatic_words import MOST, covered, folded, is_about_me

_REPLY = re.compile(
    r"^\W*(?:auto(?:matic|mated|matically generated)?[ :.-]*(?:reply|response|answer|reply message)\b|auto-?reply\b"
    r"|out[ -]of[ -](?:the[ -])?office\b|ooo\s*:|vacation reply\b|abwesenheits(?:notiz|nachricht|assistent|meldung)\b"
    r"|automatische antwort\b|abwesend\s*:|respuesta autom[aá]tica\b|fuera de (?:la )?oficina\s*:"
    r"|r[eé]ponse automatique\b|absence du bureau\b|message d'absence\b|resposta autom[aá]tica\b"
    r"|fora do escrit[oó]rio\b|risposta automatica\b|fuori sede\b|automatisch antwoord\b|afwezigheidsbericht\b"
    r"|autosvar\b|automatiskt svar\b|automatisk sva?r\b|automaattinen vastaus\b|odpowied[zź] automatyczna\b"
    r"|automatick[aá] odpov[eě][dď]|otomatik yan[ıi]t\b|автоответ|自动回复|自動回覆|自動応答)",
    re.IGNORECASE,
)
_REPORT = re.compile(
    r"^\W*(?:undeliver(?:able|ed)\b|delivery status notification\b|mail delivery (?:failed|failure|subsystem"
    r"|system)\b|message (?:not delivered|undeliverable)\b"
    r"|returned mail\b|failure notice\b|delivery (?:failure|failed|has failed)\b|unzustellbar\b|nicht zustellbar\b"
    r"|no se puede entregar\b|(?:mensaje )?no entregado\b|non remis\b|non distribu[eé]\b|"
    r"n[aã]o [eé] poss[ií]vel entregar\b"
    r"|n[aã]o entregue\b|onbestelbaar\b|non recapitabile\b|olevererbart\b|niedostarczalne\b|недоставленное\b)",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"^\W{0,3}(?:(?:subject|betreff|asunto|objet|assunto)\s?:\s?)?"
    r"(?:(?P<reply>(?:auto(?:matic|mated)? ?(?:reply|response)|automatische antwort"
    r"|(?:respuesta|risposta|resposta) automatica|reponse automatique|automatisch antwoord|autosvar"
    r"|read|gelesen|lu|leido|lida|lido)(?=\s?:)|abwesenheits(?:notiz|nachricht|meldung)|message d'absence)"
    r"|(?P<report>undeliver(?:able|ed)(?=\s?:)|undelivered mail returned to sender|delivery status notification"
    r"|mail delivery (?:failed|failure)|message (?:not delivered|undeliverable)(?=\s?(?::|\Z))"
    r"|returned mail: see transcript for details"
    r"|failure notice|(?:unzustellbar|nicht zustellbar|no se puede entregar|no entregado|mensaje no entregado"
    r"|non remis|non distribue|nao entregue|nao e possivel entregar)(?=\s?:)))"
    r"(?P<rest>\s*(?:\Z|[:(\n]).*)\Z",
    re.DOTALL,
)
"""A first line that is such a title, and what follows it; folded."""
_SUBJECT_LISTED = """
    account anfrage angebot auftrag bestellung bestellnummer bill booking bookings buchung cancellation chair charge
    commande commandes confirmation contract cotizacion delay delivered delivery details devis devolucion encomenda
    enquiry entrega envio error facture factura faturas fatura failed failure frage fwd fw aw wg rv enc hello help
    invoice invoices item kettle kundigung lieferung livraison mailing message order ordered orders parcel payment
    pago pedido pedidos pregunta price product question quote receipt rechnung reclamation refund remboursement
    reembolso renewal retour return returning returned rucksendung see sender server shipment shop smtp status store
    stornierung subscription support termin ticket transaction transcript transport update vertrag your
    re tr rep antw ref sv vs
    permanent temporary recipient recipients rejected host domain user mailbox full
"""
_SUBJECT_WORDS = frozenset(_SUBJECT_LISTED.split())


def written(subject: str) -> str:
    """A subject as its reader sees it, where it came encoded for transport (RFC 2047); as it is where it cannot be."""
    if "=?" not in subject:
        return subject
    try:
        return str(make_header(decode_header(subject)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return subject


def is_reply_title(subject: str) -> bool:
    """Whether a mail's subject is an answering machine's."""
    return _REPLY.match(subject) is not None


def is_report_title(subject: str) -> bool:
    """Whether a mail's subject is a delivery report's."""
    return _REPORT.match(subject) is not None


def titled(text: str) -> Literal["reply", "report"] | None:
    """What kind of machine a text without headers names as its author in its first line.

    What follows must be the subject of some other mail or more of the machine's words: a need, a question or anything
    in the first person is somebody's.
    """
    found = _TITLE.match(folded(text)) if len(text) <= MOST else None
    if found is None or "?" in text or "¿" in text or is_about_me(found["rest"]):
        return None
    if not covered(found["rest"], _SUBJECT_WORDS):
        return None
    return "reply" if found["reply"] else "report"
