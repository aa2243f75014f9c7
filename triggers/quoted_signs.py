"""The signs by which mail programs set off what the customer did not write, in five languages."""

from __future__ import annotations

import re

MARK = re.compile(r">(?!\s*(?:[\d=]|$))|>+\s*>|>\s*$")
"""A quoted line; a comparison ("> 5 kg") is none."""

ATTRIBUTION_START = re.compile(
    r"(?:On|Am|El|Le|Em|No dia)\s|[^<>]{3,80}<[^<>\s]+@[^<>\s]+>|\d{4}-\d\d-\d\d", re.IGNORECASE
)
DATED = re.compile(r"\b[12]\d{3}\b|\b\d\d?[:.h]\d\d\b")
"""A year or a time, in the first line of what says who wrote and when."""
_WROTE = r"(?:wrote|schrieb(?:en)?(?: .{1,120})?|escribi[oó](?: .{1,120})?|a [eé]crit|escreveu)\s*:"
ATTRIBUTION = re.compile(
    rf"(?=.*\d)(?=.*(?:<[^<>\s]+@[^<>\s]+>|\d\d?[:.h]\d\d|[12]\d{{3}})).{{3,{400}}}?\s{_WROTE}", re.IGNORECASE
)
"""Who wrote and when: a date with an address, a time or a year, and a verb with a colon at the end."""

SEPARATOR = re.compile(
    r"[-_=*\s]{0,40}-{3,}\s*(?:original message|original[- ]nachricht|forwarded message|urspr[uü]ngliche nachricht"
    r"|weitergeleitete nachricht|"
    r"mensaje original|mensaje reenviado|message d'origine|message transf[eé]r[eé]|message original"
    r"|mensagem original|"
    r"mensagem encaminhada)\s*-{3,}|begin forwarded message:|anfang der weitergeleiteten nachricht:|"
    r"inicio del mensaje reenviado:|d[eé]but du message transf[eé]r[eé]\s*:|in[ií]cio da mensagem reenviada:|_{20,}",
    re.IGNORECASE,
)
HEADER = re.compile(
    r"\*?(?:from|sent|to|cc|subject|date|von|gesendet|an|betreff|datum|de|enviado(?: el)?|para|asunto|fecha"
    r"|envoy[eé]|[aà]|objet|"
    r"enviada? em|assunto|data)\s?:\*?\s*\S",
    re.IGNORECASE,
)
"""A line of the header block that Outlook puts above a thread."""

POINTS_BELOW = re.compile(
    r"\b(?:below|inline|in line|underneath|in red|unten|weiter unten|im text|in rot|abajo|mas abajo|en rojo"
    r"|ci dessous|ci-dessous|"
    r"plus bas|en rouge|abaixo|mais abaixo|a vermelho|em vermelho)\b"
)
"""Words that send the reader to answers within the thread."""

DIVIDER = re.compile(r"--|__|—")
CLOSING = re.compile(
    r"(?:(?:with |my )?(?:best|kind|kindest|warm|many|warmest)?\s?(?:regards|wishes)|best|sincerely"
    r"|yours (?:sincerely|faithfully|truly)|"
    r"all the best|cheers|thanks|thank you|many thanks|thanks in advance|love|"
    r"(?:mit )?(?:freundlichen?|freundlichem|besten?|beste|liebe|lieben|viele|vielen|schone|herzliche"
    r"|herzlichen)?\s?gr(?:u|ue)(?:ss|ß)(?:e|en)?|"
    r"mfg|lg|vg|danke|vielen dank|hochachtungsvoll|"
    r"(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|cordialmente|gracias|muchas gracias|"
    r"(?:bien )?cordialement|(?:meilleures |sinceres )?salutations(?: distinguees)?|bien a vous|merci|merci d'avance|"
    r"(?:com os melhores )?cumprimentos|(?:melhores )?cumprimentos|atenciosamente|obrigad[oa]|abracos?)[\s,.!:)-]*"
)
"""A closing alone on its line, folded."""

FOOTER = re.compile(
    r"(?:sent|gesendet|enviado|envoye|enviada) (?:from|von|mit|desde|depuis|de|do|a partir|via|with) .{2,60}|"
    r"von meinem .{2,40} gesendet|diese nachricht wurde von meinem .{2,60} gesendet\.?|get outlook for .{2,40}|"
    r"outlook (?:fur|pour|para) .{2,20}(?: (?:herunterladen|beziehen))?|"
    r"(?:obtener|obter|telecharger) outlook .{2,40}|virus-?free\.? ?\S*|virenfrei\.? ?\S*|libre de virus\.? ?\S*|"
    r"sans virus\.? ?\S*|(?:please )?consider the environment before printing.{0,60}"
)
"""A line that a telephone or program adds, folded."""

DISCLAIMER = re.compile(
    r"\W*(?:confidential(?:ity)?\b|disclaimer\b|legal notice\b|privileged\b|this (?:e-?mail|message|communication)\b|"
    r"the (?:information|contents?)\b|vertraulich|haftungsausschluss|diese (?:e-?mail|nachricht)\b"
    r"|der inhalt dieser\b|"
    r"aviso\b|confidencial|este (?:mensaje|correo|e-?mail)\b|la informacion\b|"
    r"avertissement\b|confidentiel|ce (?:message|courriel|mail|e-?mail)\b|les informations\b|"
    r"aviso legal\b|esta mensagem\b|a informacao\b|este e-?mail\b)"
)
LEGAL = re.compile(
    r"confiden\w+|vertraulich\w*|privileged|intended (?:recipient|solely|only|for)|addressee|attachments?"
    r"|unauthori[sz]ed|"
    r"disclos\w+|prohibited|delete (?:it|this)|adressat\w*|bestimmt|unbefugt\w*|anhang\w*|untersagt|loschen"
    r"|vernichten|"
    r"destinatari\w+|adjunto\w*|prohibid\w+|divulga\w+|elimin\w+|destinataire\w*|pieces? jointes?|interdit\w*|"
    r"detrui\w+|supprim\w+|anex\w+|proibid\w+|apag\w+"
)
OWN_MATTER = re.compile(
    r"\b(?:i|my|me|i'm|ich|mein|meine|meiner|mir|mich|yo|mi|mis|je|j'ai|mon|ma|mes|eu|meu|minha|meus)\b|\?"
)
"""Somebody who speaks of themselves, folded."""

INLINE = re.compile(r"[\"“„«‟][^\"“”„«»‟\n]{8,400}[\"”“»‟]")

_CONTACT = re.compile(
    r"\S{1,64}@\S{1,80}\.\w+|(?:https?://|www\.)\S+|(?<![\d ])(?:\+\d|\(?0)[\d ()/.-]{6,40}\d"
    r"|\b(?:tel|telefon|fon|phone|mobile?|mobil|fax|tlf|e-?mail|web)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_PARTICLES_LISTED = "of and for the de da do dos du des la le les und der die das für von zu el los las y e et a at in"
_PARTICLES = frozenset(_PARTICLES_LISTED.split())
_MOST_WORDS = 8


def is_signature_line(text: str) -> bool:
    """Whether a line could stand in a signature: a name, a title, a firm, an address, a way to be reached.

    What is written like a sentence is none: words in small letters, a question, or capitals only.
    """
    if "?" in text or "!" in text:
        return False
    words = _WORD.findall(_CONTACT.sub(" ", text))
    plain = [word for word in words if word.lower() not in _PARTICLES]
    if not plain:
        return not words and (_CONTACT.search(text) is not None or not any(map(str.isalnum, text)))
    if len(words) > _MOST_WORDS or text.endswith(".") or (len(plain) >= 3 and text.upper() == text):
        return False
    return all(word[:1].isupper() for word in plain)
