"""One character at a time to its plain form, so that a phrase and a message are folded by the same rules."""

from __future__ import annotations

import unicodedata

LOOKALIKES = {
    "a": "ɐɑɒΑαАаᎪᗅᗩᴀꓮ",
    "b": "ƄɞʙΒВЬвᏏᏴᑲᖯᗷꓐꞴ",
    "c": "ɔͻСсᏟᴄↄᑕⲤⲥꓚꮯ",
    "d": "ðđɗԁᎠᏧᑯᗞᗪᴅꓒꓓ",
    "e": "ǝəɛΕεЕезєҽᎬᗴᴇⴹꓰꬲ",
    "f": "ƒϜքᖴẝꓝꜰꞘꞙꬵ",
    "g": "ƃƍɡɢԌցᏀᏳᵷᶃꓖ",
    "h": "ħɥʜΗНнһհԋᎻᏂᕼⲎꓧ",
    "i": "ıɩɪΙιІіӏᎥᴉꙇꭵ",
    "j": "ɟͿϳЈјᎫᒍᴊꓙꞲ",
    "k": "ƙʞΚκКкқᏦᛕᴋⲔꓗ",
    "l": "łƖǀɭʟӀןᏞᒪᛁⲒⳐⵏꓡꓲ",
    "m": "ɯɱΜϺМмᎷᗰᛖᴍⲘꓟ",
    "n": "ŋɲɳɴΝηипոռᑎⲚꓠ",
    "o": "øɵΟοσОоөՕօଠഠဝჿዐᗝᴏᴑⲞⲟⵔꓳꬽ",
    "p": "þΡρРрᏢᑭᴘⲢⲣꓑ",
    "q": "ԛգզⵕꞯ",
    "r": "ƦɹɾʀгяᎡᏒᖇᴦⲅꓣꭇꭈꮁ",
    "s": "ƽʂЅѕՏᏕᏚᔕꓢꜱꞅꮪ",
    "t": "ƚŧʇΤτТтᎢᴛⲦꓔ",
    "u": "ʋυцՍսሀᑌᴜꓴꞟꭎꭒ",
    "v": "ʌνѴѵᏙᐯᴠᴧⴸꓦꛟꮩ",
    "w": "ʍωшѡԜԝաᎳᏔᗯᴡꓪꮃ",
    "x": "ΧχХхᕁᕽ᙭ᚷⲬⵝꓫꞳ",
    "y": "ɣʎʏΥγУуҮүყᎩᎽᶌỿⲨꓬꭚ",
    "z": "ƶʐΖᏃᘔᴢꓜꮓ",
    "ae": "æ",
    "oe": "œ",
    "'": "‘’‛‚ʹʻʼʽˈˊʾʿ′´‵՚׳Ꞌꞌ＇",
    '"': "“”„‟«»″〝〞＂",
    "-": "‐‑‒–—―−﹘﹣－⁃",
}
"""Plain form → characters that look like it. Letters follow the Unicode confusables (UTS 39), narrowed to those
a keyboard or a font generator produces; a test compares them with the published table."""

_ENCLOSED = ((0x1F130, 26), (0x1F150, 26), (0x1F170, 26), (0x1F1E6, 26))
"""Squared, negative circled, negative squared and regional-indicator alphabets, which NFKC leaves alone."""

_PLAIN: dict[str, str] = {look: plain for plain, looks in LOOKALIKES.items() for look in looks}
_PLAIN |= {chr(start + i): chr(97 + i) for start, size in _ENCLOSED for i in range(size)}

_FILLERS = frozenset("\0\u115f\u1160\u3164\uffa0\u2800\u180e")
"""Characters that show nothing although Unicode does not call them formatting."""


def fold_letter(char: str) -> str:
    """The plain form of one character: lower case, without accent, Latin where it only looks Latin.

    Empty for what shows nothing (zero-width, bidi controls, soft hyphen, NUL) and for accents on their own;
    ASCII for digits of any script, circled ones too; U+FFFD for half of a surrogate pair. Several characters for
    ligatures.
    """
    if char in _PLAIN:
        return _PLAIN[char]
    if char in _FILLERS:
        return ""
    if char.isascii():
        return char.lower()
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    if category == "Cf" or _is_mark(char):
        return ""
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    if char.isspace():
        return "\n" if char in "\x85\u2028\u2029" else " "
    return "".join(_PLAIN.get(part, part) for part in _decomposed(char) if not _is_mark(part))


def _decomposed(char: str) -> str:
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())


def _is_mark(char: str) -> bool:
    """Accents and variation selectors; vowel signs of other scripts are letters to their readers and stay."""
    code = ord(char)
    return (
        0x0300 <= code <= 0x036F
        or 0x1AB0 <= code <= 0x1AFF
        or 0x1DC0 <= code <= 0x1DFF
        or 0x20D0 <= code <= 0x20FF
        or 0xFE00 <= code <= 0xFE2F
        or 0xE0100 <= code <= 0xE01EF
    )


class FoldTable(dict[int, str]):
    """A table for `str.translate` that folds each character once and remembers it."""

    def __missing__(self, code: int) -> str:
        folded = fold_letter(chr(code))
        self[code] = folded
        return folded


FOLD = FoldTable()
"""The one table, shared; it grows to the characters met, at most all of Unicode."""
