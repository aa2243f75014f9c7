"""A one-time code on its way to the customer, in the customer's language. It exists while it is sent, and in no row."""

from __future__ import annotations

from dataclasses import dataclass, field

from handover.people.directory import Contact
from handover.words.phrases import known_language

_TEXTS = {
    "en": (
        "Your confirmation code",
        "Your code is {code}. It is valid for {minutes} minutes. If you did not ask for a code, ignore this message.",
    ),
    "es": (
        "Su código de confirmación",
        "Su código es {code}. Es válido durante {minutes} minutos. Si no ha pedido ningún código, ignore este mensaje.",
    ),
    "fr": (
        "Votre code de confirmation",
        "Votre code est {code}. Il est valable {minutes} minutes. "
        "Si vous n'avez pas demandé de code, ignorez ce message.",
    ),
    "de": (
        "Ihr Bestätigungscode",
        "Ihr Code lautet {code}. Er gilt {minutes} Minuten. "
        "Wenn Sie keinen Code angefordert haben, beachten Sie diese Nachricht nicht.",
    ),
    "pt": (
        "O seu código de confirmação",
        "O seu código é {code}. É válido durante {minutes} minutos. Se não pediu nenhum código, ignore esta mensagem.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class CodeLetter:
    """A code on its way; neither the code nor the address is shown by accident."""

    contact: Contact
    code: str = field(repr=False)
    language: str
    minutes: int
    """How long it is valid, rounded down, at least 1."""

    @property
    def subject(self) -> str:
        """Without the code: subjects are shown on locked screens."""
        return _TEXTS[known_language(self.language)][0]

    @property
    def body(self) -> str:
        """The words with the code."""
        return _TEXTS[known_language(self.language)][1].format(code=self.code, minutes=self.minutes)
