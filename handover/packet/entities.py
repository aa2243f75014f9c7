"""Order numbers, amounts, dates and product names that the customer mentioned, found with plain patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable

from handover.words.masking import without_masked

MAX_EACH = 10
"""How many values of one kind a packet carries."""

_MONTHS = (
    "jan(?:uary|uar|vier|eiro)?|feb(?:ruary|ruar|rero)?|fév(?:rier)?|fevereiro|mar(?:ch|s|zo|ço)?|märz|apr(?:il)?|avril|abril"
    "|may|mai|mayo|maio|june?|juni|juin|junio|junho|july?|juli|juillet|julio|julho|aug(?:ust)?|août|agosto"
    "|sept?(?:ember|embre|iembre)?|setembro|oct(?:ober|obre|ubre)?|okt(?:ober)?|outubro|nov(?:ember|embre|iembre|embro)?"
    "|dec(?:ember)?|dez(?:ember|embro)?|déc(?:embre)?|dic(?:iembre)?"
)
_ORDER_WORD = (
    "order|booking|ticket|case|invoice|reference|parcel|tracking|bestellung|auftrag|rechnung|buchung|commande|facture"
    "|réservation|pedido|factura|reserva|encomenda|fatura"
)
_PATTERNS: dict[str, re.Pattern[str]] = {
    "order_numbers": re.compile(
        rf"\b(?:{_ORDER_WORD})\w{{0,3}}(?:\s?(?:number|no|nr|nummer|id|número|numéro|n[°º]))?[\s.:#]{{0,3}}"
        r"(?P<value>(?=[A-Za-z-]{0,8}\d)[A-Za-z0-9][A-Za-z0-9-]{2,15})(?![\w-])"
        r"|(?<!\w)#(?P<hash>[A-Za-z]{0,4}-?\d{3,12})(?![\w-])"
        r"|(?<![\w-])(?P<plain>[A-Z]{2,5}-\d{3,12})(?![\w-])",
        re.IGNORECASE,
    ),
    "amounts": re.compile(
        r"(?<!\w)(?P<value>(?:[$€£¥]|USD|EUR|GBP|BRL|R\$)\s?\d{1,9}(?:[.,]\d{1,3}){0,3}"
        r"|\d{1,9}(?:[.,]\d{1,3}){0,3}\s?(?:[$€£¥]|(?:USD|EUR|GBP|BRL|euros?|dollars?|pounds?|reais|dólares)\b))(?!\d)",
        re.IGNORECASE,
    ),
    "dates": re.compile(
        rf"(?<![\w/.-])(?P<value>\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}"
        rf"|\d{{1,2}}(?:st|nd|rd|th|\.|er|º)?\s(?:de\s|of\s)?(?:{_MONTHS})\b(?:,?\s(?:de\s)?\d{{4}})?"
        rf"|(?:{_MONTHS})\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}})?)(?![\w/])",
        re.IGNORECASE,
    ),
    "products": re.compile(
        r"(?<![\w#-])(?P<value>[A-Z][A-Za-z]{1,15}[ -]\d{1,4}[A-Za-z]{0,4}|[A-Z]{1,4}\d{1,5}[A-Za-z]{0,4}"
        r"|[A-Za-z]{0,12}[a-z][A-Z][A-Za-z]{1,15}(?: \d{1,3})?)(?![\w-])"
    ),
}


def entities(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Kind → values in the order of their first mention; kinds without a value are left out.

    Masked values (`[card]`, `**** 1111`) are taken out before the search.
    """
    found: dict[str, dict[str, None]] = {}
    for text in texts:
        taken: set[str] = set()
        visible = without_masked(text)
        for kind, pattern in _PATTERNS.items():
            for matched in pattern.finditer(visible):
                value = " ".join(next(group for group in matched.groups() if group).split())
                if value not in taken and not _is_month(kind, value):
                    taken.add(value)
                    found.setdefault(kind, {})[value] = None
    return {kind: tuple(values)[:MAX_EACH] for kind, values in found.items()}


def _is_month(kind: str, value: str) -> bool:
    """ "March 12" is a date, not a product."""
    return kind == "products" and re.fullmatch(_MONTHS, value.split()[0], re.IGNORECASE) is not None
