"""500 phrases of the kind a large policy holds, and customer messages to scan, made from word lists."""

from __future__ import annotations

from itertools import cycle, islice, product

_ACTS = (
    "cancel", "dispute", "reverse", "refund", "chargeback", "close", "transfer", "freeze", "unlock", "reopen",
    "contest", "verify", "change", "remove", "delete", "export", "recover", "escalate", "report", "override",
)  # fmt: skip
_OBJECTS = (
    "account", "payment", "contract", "subscription", "policy", "loan", "card", "order", "deposit", "warranty",
    "mortgage", "insurance claim", "credit limit", "personal data", "address", "phone number", "pension", "tax form",
    "invoice", "membership", "prescription", "complaint", "password", "identity document", "bank details",
)  # fmt: skip
_FORMS = (
    "{act} my {thing}",
    "{act} [the|my|our] {thing}",
    "(want|need|like) to {act} .. {thing}",
    "{act} .. {thing}",
    "(can|could|will) you {act} [me] [my|the] {thing}",
    "{act} ... {thing}",
    "[please] {act}* (this|that|the|my) {thing}",
    "don't {act} my {thing}",
    "(i|we) (never|didn't) {act}* [the] {thing}",
    "someone (else|tried to) {act} my {thing}",
)

SENTENCES = (
    "Hello, I ordered a blue jacket last Tuesday and the tracking page has not changed since then. ",
    "The parcel was meant to arrive on Friday but the driver could not find the building, it seems. ",
    "Could you tell me which sizes you still have in stock, and whether the shop in the centre has one? ",
    "I tried the app twice; it shows a spinning wheel and then goes back to the first page of my basket. ",
    "My colleague said that the warranty covers the battery, however I cannot see that on your website. ",
    "When I change my address in the settings, do I have to tell the courier as well or is it automatic? ",
    "The invoice number is 20431 and the total was 84.90 including delivery, paid with a gift voucher. ",
    "Thanks for the quick reply yesterday, the new cable works much better than the one in the box. ",
)


def phrases(count: int = 500) -> tuple[str, ...]:
    """`count` different phrases, three in ten with a gap, nearly all with alternatives or options."""
    forms = cycle(_FORMS)
    made = (next(forms).format(act=act, thing=thing) for act, thing in product(_ACTS, _OBJECTS))
    return tuple(islice(made, count))


def message(length: int, start: int = 0) -> str:
    """Ordinary customer prose of exactly `length` characters that begins with sentence `start`."""
    sentences = islice(cycle(SENTENCES), start, start + length // 80 + 2)
    return "".join(sentences)[:length]
