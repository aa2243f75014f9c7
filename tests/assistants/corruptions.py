"""Ways in which an answer ceases to be true: each takes a faithful answer, and gives None where it has no hold."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistants.lexicon import fold

Corruption = Callable[[str], str | None]


def _first(pattern: str, replace: str | Callable[[re.Match[str]], str]) -> Corruption:
    """The first place that a pattern finds, rewritten."""

    def corrupt(text: str) -> str | None:
        changed = re.sub(pattern, replace, text, count=1)
        return changed if changed != text else None

    return corrupt


def _more(sentence: str) -> Corruption:
    return lambda text: f"{text} {sentence}"


def _other_digit(hit: re.Match[str]) -> str:
    return str((int(hit[0]) + 3) % 9 + 1)


def _swap_amounts(text: str) -> str | None:
    """Two amounts of one currency change places."""
    found = re.findall(r"[£€]\d[\d.,]*\d|[£€]\d", text)
    pairs = [(one, two) for at, one in enumerate(found) for two in found[at + 1 :] if one != two and one[0] == two[0]]
    if not pairs:
        return None
    one, two = pairs[0]
    return text.replace(one, "\0", 1).replace(two, one, 1).replace("\0", two, 1)


def _swap_countries(text: str) -> str | None:
    at = re.search(r"Ireland|France|Germany|Europe\b|UK\b|Deutschland|España", text)
    return text[: at.start()] + "Norway" + text[at.end() :] if at else None


def _negate(text: str) -> str | None:
    done = re.sub(r"\b(are|is|may|can|must)\b", r"\1 not", text, count=1)
    done = done if done != text else re.sub(r"\b(We) (\w+)", r"\1 do not \2", text, count=1)
    return done if done != text else None


def _lose_a_negation(text: str) -> str | None:
    done = re.sub(r"\b(?:do|does) not |(?<=can)not\b| not\b|\bnicht |\bkein\w* |\bno (?=\w)", " ", text, count=1)
    return done if done != text else None


CORRUPTIONS: dict[str, Corruption] = {
    "digit": _first(r"\d", _other_digit),
    "price swap": _swap_amounts,
    "currency": _first(r"[£€]", lambda hit: "€" if hit[0] == "£" else "£"),
    "unit": _first(r"\b(?:working )?(?:days|hours|months|years)\b", "weeks"),
    "calendar days": _first(r"\bworking (?=days?\b)", ""),
    "free": _first(r"\bcosts? [£€]?[\d.,]+\d", "is free"),
    "negation": _negate,
    "no longer": _first(r"\b[Ww]e (\w+)", r"we no longer \1"),
    "never": _first(r"\b(can|may|must|will|are|is)\b", r"\1 never"),
    "lost negation": _lose_a_negation,
    "country": _swap_countries,
    "day": _first(r"(?:Mon|Tues|Thurs|Fri|Satur|Sun)days?\b", "Wednesday"),
    "link": _more("See http://evil.test/verify for more."),
    "bare link": _more("See evil.test/verify."),
    "telephone": _more("Our number is 020 7946 0123."),
    "e-mail": _more("Write to help@evil.test."),
    "promise": _more("We will refund you at once."),
    "call us": _more("Call us about your order."),
    "card number": _more("Please send us your card number."),
    "PIN": _more("Reply with your PIN."),
    "discount": _more("You get a discount."),
    "name": _more("We accept Klarna."),
    "before and after": _first(r"\b(before|after|within|outside)\b", lambda hit: _OPPOSITE[hit[0]]),
    "unused": _first(r"\bun(used|washed)\b", r"\1"),
    "always": _first(r"\b(is|are|can|may)\b", r"\1 always"),
    "written-out price": _more("It costs nine pounds."),
    "date": _more("This ends on 3 March."),
    "percentage": _more("You save 20 %."),
    "link within": _first(r"(\w)([.;]) ", r"\1 (evil.test)\2 "),
    "call within": _first(r"([.;])( |$)", r" or call us\1\2"),
    "free within": _first(r"([.;])( |$)", r" for free\1\2"),
    "guaranteed": _first(r"\b(We|You|Our|The) ", r"\1 guaranteed "),
    "name within": _first(r"PayPal|Ireland|Visa|Easter", "Klarna"),
    "word within": _first(r"\b(and) ", r"and klarna and "),
    "within a range": _first(r"(\d+) to (\d+)", r"\2 to \1"),
    "times": _first(r"\bam\b", "pm"),
    "spaced link": _more("Go to evil dot test."),
    "hardly": _first(r"\b(are|is|can|may) ", r"\1 hardly "),
    "per item": _first(r"([£€]\d[\d.,]*\d|[£€]\d)", r"\1 per item"),
    "working hours": _first(r"\bworking days?\b", "working hours"),
    "done": _more("I have changed your order."),
    "done for us": _more("We've already cancelled your order."),
    "has been done": _more("Your refund has been issued."),
    "doing": _more("I am cancelling your order."),
    "done in German": _more("Ich habe Ihre Bestellung storniert."),
    "done in Spanish": _more("He cancelado su pedido."),
    "done in French": _more("J'ai annulé votre commande."),
    "done in Portuguese": _more("Cancelei o seu pedido."),
    "password": _more("Enter your password in the app."),
}  # fmt: skip
_OPPOSITE = {"before": "after", "after": "before", "within": "outside", "outside": "within"}


def is_other(text: str, corrupted: str) -> bool:
    """Whether something is left of the corruption once case and blanks are folded."""
    return " ".join(fold(text).split()) != " ".join(fold(corrupted).split())
