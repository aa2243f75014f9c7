"""Prompt texts from files: their placeholders checked, each with a fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from string import Template

from states.errors import SettingsError

FOLDER = Path(__file__).parent / "texts"

TRANSLATED = ("de", "es", "fr", "pt")
"""Languages beside English in which an assistant is told its rules: `NAME.LANGUAGE`."""
_ASSISTANT = frozenset({"organisation", "language", "passages"})
PLACEHOLDERS: dict[str, frozenset[str]] = {
    "assistant": _ASSISTANT,
    **{f"assistant.{language}": _ASSISTANT for language in TRANSLATED},
    "guard": frozenset(),
    **{f"guard.{language}": frozenset() for language in TRANSLATED},
    "classifier": frozenset({"topics"}),
    "summary": frozenset({"language", "max_claims"}),
    "refusal": frozenset({"organisation"}),
}
"""The prompts there are, and the placeholders each must have."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One prompt text."""

    name: str
    text: str
    fingerprint: str
    """First twelve hex digits of the text's SHA-256."""

    @property
    def placeholders(self) -> frozenset[str]:
        """Names that `fill` wants."""
        return frozenset(Template(self.text).get_identifiers())

    def fill(self, **values: str) -> str:
        """The text with its placeholders replaced; a `$` inside a value stays as it is.

        SettingsError if a value is missing or one too many is given.
        """
        if values.keys() != self.placeholders:
            wrong = ", ".join(sorted(values.keys() ^ self.placeholders))
            raise SettingsError(f"prompt {self.name!r} and its values disagree on {wrong}; give its placeholders")
        return Template(self.text).substitute(values)


def load(name: str, folder: Path = FOLDER) -> Prompt:
    """The prompt of that name; SettingsError if it is missing, unreadable or has other placeholders than it must."""
    if name not in PLACEHOLDERS:
        raise SettingsError(f"there is no prompt {name!r}; the prompts are {', '.join(PLACEHOLDERS)}")
    path = folder / f"{name}.txt"
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"prompt file {path.name!r} cannot be read: {error}; restore it as UTF-8 text") from error
    template = Template(text)
    if not text or not template.is_valid():
        raise SettingsError(f"prompt {name!r} is empty or has a stray '$'; write '$$' for a dollar sign")
    if frozenset(template.get_identifiers()) != PLACEHOLDERS[name]:
        wanted = ", ".join(sorted(PLACEHOLDERS[name])) or "none"
        raise SettingsError(f"prompt {name!r} must have exactly these placeholders: {wanted}")
    return Prompt(name=name, text=text, fingerprint=hashlib.sha256(text.encode()).hexdigest()[:12])


def load_all(name: str, folder: Path = FOLDER) -> dict[str, Prompt]:
    """Language → the prompt in it; `en` for every other language as well."""
    return {"en": load(name, folder), **{one: load(f"{name}.{one}", folder) for one in TRANSLATED}}


def fingerprints(folder: Path = FOLDER) -> dict[str, str]:
    """Prompt name → fingerprint, of all prompts."""
    return {name: load(name, folder).fingerprint for name in PLACEHOLDERS}
