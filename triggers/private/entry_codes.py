"""What opens a place or a network: codes of doors, alarms, key safes and locks, and keys of wireless networks.

A shop sells such things as well, and their models are numbers. A number counts only behind a word for a code ("gate
code 4821"), as what is pressed at the place ("press 4821 to get in"), or in four digits or more behind a thing that
has nothing else to tell ("key safe 1234").
"""

from __future__ import annotations

import re

from triggers.private.detectors import LINK, Detector, by_regex, count_digits
from triggers.private.numerals import NUMBER_WORD

_KEY_BOXES = (
    r"key[ -]?(?:safe|box|pad)|lock[ -]?box|schlussel(?:tresor|safe|box|kasten)|caja de llaves|boite a cle[fs]?|"
    r"cofre de chaves|caixa de chaves"
)
PLACES = (
    rf"{_KEY_BOXES}|(?:front|back|main|side|garage|house|street|communal)? ?doors?|gates?|garage|entry|"
    rf"entrance|hallway|"
    r"alarm|burglar alarm|security panel|key ?pad|pad ?lock|bike lock|lock|locker|safe|vault|strong ?box|suitcase|"
    r"block|flat|apartment|shed|gym|"
    r"tur|hausture?|haustur|wohnungstur|garagentor|tor|eingang|alarm|alarmanlage|tresor|safe|schloss|fahrradschloss|"
    r"koffer|spind|garage|"
    r"puerta|porton|portal|entrada|alarma|caja fuerte|candado|taquilla|garaje|edificio|"
    r"porte|portail|entree|immeuble|alarme|coffre(?:[ -]fort)?|cadenas|casier|batiment|hall|"
    r"porta|portao|predio|alarme|cofre|cadeado|cacifo|garagem|fechadura"
)
_CODES = (
    "(?:access |entry |door |gate |security )?(?:code|codes|combo|combination|pin|passcode|keycode)|"
    "kode|kombination|zahlenkombination|codigo|combinacion|clave|combinaison|combinacao|senha"
)
_OF = (
    r"(?:[ \t](?:to|for|of|on|at|fur|der|die|das|den|zum|zur|vom|am|de|del|de la|de l'|du|des|da|do|la|el|le|"
    r"l'|o|a|para|pour|the|my|our|his|her|their|mi|ma|mon|mein|meine|meiner|minha|meu|front|back|main|side|"
    r"communal)|[ \t]?[dl]'[ \t]?){0,4}[ \t]?"
)
_JOINED = (
    r"(?:tur|haustur|tor|alarm|tresor|safe|schloss|garagen|eingangs|zugangs|keysafe)-?(?:code|kode|kombination)|"
    r"digicodes?|"
    r"(?:gate|door|entry|alarm|lock)codes?"
)
VALUE = (
    r"[*#]?(?:[0-9](?:[ .-]?[0-9]){2,7}|[0-9]{1,2}(?:[ .-]{1,3}[0-9]{1,2}){2,4}|[0-9]{2,6}[a-z][0-9]{0,4}|"
    r"[a-z]{1,2}[0-9]{3,6}[a-z]?)[*#]?"
)
_SPOKEN = rf"{NUMBER_WORD}(?:[ ,.-]{{1,3}}{NUMBER_WORD}){{2,7}}"
_ENDS = r"(?:\z|[^0-9a-z./:%-]|[.:,-](?:[^0-9]|\z))"
_BEHIND = rf"[\"'`*_)]{{0,3}}{LINK}(?:[:=#]\s{{0,3}})?[\"'`*(]{{0,3}}({VALUE}|{_SPOKEN}){_ENDS}"
LABELS = rf"(?:(?:{PLACES})[ \t-]?(?:{_CODES})\b|(?:{_CODES}){_OF}(?:{PLACES}|building|office)\b|{_JOINED})"
_PRESSED = (
    r"\b(?:press|type|enter|dial|use|punch|key|tap|put|input|hit|drucken|tippen|eingeben|marque|pulse|teclee|tapez|"
    r"composez|digite|marca)(?:[ \t](?:in|sie|the|code|le|el|o|codigo|den)){0,3}[ \t]"
    rf"({VALUE})[ \t](?:to (?:get in|open|enter|unlock|disarm)|"
    rf"(?:at|on|for|into|in|an|am|fur|en|sur|pour|a|na|no|para)(?:[ \t](?:the|der|die|das|la|le|el|o|a|my|our)){{0,2}}"
    rf"[ \t](?:{PLACES}|intercom|panel|buzzer|interphone|telefonillo|interfone))|"
    rf"\b(?:for|at|on|fur|an|para|en|pour|a|na|no)[ \t](?:the|my|our|die|das|la|el|le|l'|o|"
    rf"a)[ \t]?(?:{PLACES})[ \t,]{{1,2}}"
    rf"(?:use|press|enter|type|dial|it's|it is|usa|pulse|tapez|composez|digite|ist es)[ \t]({VALUE}){_ENDS}|"
    rf"\b(?:code|pin|combination|number|codigo|clave|kode)[ \t]({VALUE})[ \t]"
    rf"(?:opens|unlocks|works on|for|fur|offnet|abre|ouvre|para|pour)[ \t](?:the|my|our|die|das|la|el|le|l'|o|"
    rf"a)[ \t]?(?:{PLACES})\b|"
    rf"\bnumber[ \t](?:to|for|of)[ \t](?:the|my|our)[ \t](?:front |back |main |side )?(?:door|gate|alarm|safe|"
    rf"garage)[ \t]"
    rf"(?:is|:)[ \t]({VALUE}){_ENDS}"
)
_BOX = (
    rf"\b(?:{_KEY_BOXES})(?:[ \t]?[:=,-][ \t]{{0,2}}|[ \t](?:is|ist|es|est|e)[ \t]|[ \t])({VALUE}){_ENDS}|"
    rf"\b(?:{_KEY_BOXES})\b[^.\n0-9]{{0,40}}(?:[:(]|\b(?:code|pin|is|use|number|it's|kode|codigo|clave|nummer|"
    rf"combinaison))[ \t]{{0,2}}"
    rf"([0-9]{{4,6}}){_ENDS}"
)
_NETWORKS = "wi-?fi|wlan|wireless|network|router|wep|wpa[23]?|hotspot|netzwerk|reseau|rede"
_KEYS = "key|keys|passkey|schlussel|cle|clef|clave|llave|chave|code|sicherheitsschlussel"
_NETWORK = (
    rf"\b(?:(?:{_NETWORKS})[ \t-]?(?:{_KEYS})|(?:netzwerk|wlan)(?:sicherheits)?schlussel|"
    rf"(?:{_KEYS})(?:[ \t](?:of|for|to|de|del|de la|du|do|da|fur|furs|the|my|le|la|"
    rf"el)){{0,3}}[ \t](?:{_NETWORKS}|red))\b"
    rf"[\"'`*_)]{{0,3}}{LINK}(?:[:=]\s{{0,3}})?[\"'`*(]{{0,3}}([^\s\"'`<>]{{8,63}})"
)
_MY_KEY = (
    r"\b(?:my|our|mi|ma|notre|mein|meine|minha|nossa|the|la|der|a)[ \t](?:secret |secure |clave |cle )?"
    r"(?:key|cle|clef|schlussel|clave|llave|chave)[ \t]?(?:[:=][ \t]{0,2}|[ \t](?:is|est|es|ist|lautet|e)[ \t:]{1,3})"
    r"([^\s\"'`<>,;]{6,64})"
)


def _is_code(text: str) -> bool:
    """Three digits, or number words."""
    return count_digits(text) >= 3 or count_digits(text) == 0


def _is_key(text: str) -> bool:
    """Letters and digits in one piece, no address and no path."""
    return any(map(str.isalpha, text)) and count_digits(text) > 0 and not re.search(r"://|\.[a-z]{2,4}$|[\[\]]", text)


def _is_network_key(text: str) -> bool:
    return _is_key(text) or text.isdigit()


ENTRY_CODES: tuple[Detector, ...] = (
    Detector(
        entity="entry_code",
        group="secret",
        prefilters=(rf"\b{LABELS}\b", rf"\b(?:{_KEY_BOXES})\b"),
        find=by_regex(rf"\b{LABELS}{_BEHIND}|{_BOX}", _is_code),
    ),
    Detector(entity="entry_code", group="secret", prefilters=(_PRESSED,), find=by_regex(_PRESSED), digits=3),
    Detector(
        entity="network_key",
        group="secret",
        prefilters=(rf"\b(?:{_NETWORKS})\b", r"(?:netzwerk|wlan)(?:sicherheits)?schlussel"),
        find=by_regex(_NETWORK, _is_network_key),
        digits=1,
    ),
    Detector(
        entity="network_key",
        group="secret",
        prefilters=(r"\b(?:key|cle|clef|schlussel|clave|llave|chave)\b",),
        find=by_regex(_MY_KEY, _is_key),
        digits=1,
    ),
)
"""Detectors of what opens places and networks."""
