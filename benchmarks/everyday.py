"""Numbers that everybody writes to a shop and that are nobody's secret, drawn at random, kind by kind.

A kind is a table: how its values are written and in which sentences they stand. In a form `#` is a digit and `A` a
letter; `{}` in a sentence is the value, `{2}` a second one of the same form.
"""

from __future__ import annotations

import hashlib
import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Draw = Callable[[random.Random], str]
"""Draws one value; both values of a sentence come from the same form."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of everyday numbers."""

    name: str
    forms: tuple[Draw, ...]
    sentences: tuple[str, ...]

    def sample(self, dice: random.Random) -> str:
        """One message."""
        form, sentence = dice.choice(self.forms), dice.choice(self.sentences)
        return sentence.replace("{2}", form(dice)).replace("{}", form(dice))


def written(form: str) -> Draw:
    """Values of one form."""
    letters = string.ascii_uppercase
    drawn = {"#": string.digits, "A": letters}
    return lambda dice: "".join(dice.choice(drawn[char]) if char in drawn else char for char in form)


def _forms(*forms: str) -> tuple[Draw, ...]:
    return tuple(map(written, forms))


def _place(form: str) -> Draw:
    def draw(dice: random.Random) -> str:
        places = dice.randint(4, 8)
        lat, lon = dice.uniform(-90, 90), dice.uniform(-180, 180)
        return form.format(f"{lat:.{places}f}", f"{lon:.{places}f}", f"{abs(lat):.{places}f}", f"{abs(lon):.{places}f}")

    return draw


def _european(dice: random.Random) -> str:
    return f"{dice.uniform(36, 60):.6f}, {dice.uniform(-10, 60):.6f}"


def _gtin(prefixes: tuple[str, ...], size: int, grouped: bool = False) -> Draw:
    def draw(dice: random.Random) -> str:
        prefix = dice.choice(prefixes)
        body = prefix + written("#" * (size - 1 - len(prefix)))(dice)
        total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(body)))
        code = f"{body}{-total % 10}"
        return "-".join((code[:3], code[3], code[4:8], code[8:-1], code[-1])) if grouped else code

    return draw


def _imei(dice: random.Random) -> str:
    body = dice.choice(("35", "86", "49", "01", "99")) + written("#" * 12)(dice)
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in body[1::2]) + sum(map(int, body[::2]))
    return f"{body}{-doubled % 10}"


def _moment(form: str) -> Draw:
    def draw(dice: random.Random) -> str:
        return (datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=dice.randint(0, 12 * 365 * 86_400))).strftime(form)

    return draw


def _stamp(dice: random.Random) -> str:
    return str(dice.randint(1_400_000_000_000, 1_800_000_000_000))


def _listed(one: Draw, between: str, least: int = 1, most: int = 4) -> Draw:
    return lambda dice: between.join(one(dice) for _ in range(dice.randint(least, most)))


def _amount(form: str, swapped: bool = False) -> Draw:
    def draw(dice: random.Random) -> str:
        text = format(dice.uniform(1, 10 ** dice.randint(1, 7)), form)
        return text.translate(str.maketrans(",.", ".,")) if swapped else text

    return draw


def _size(dice: random.Random) -> str:
    return str(dice.randint(1, 10 ** dice.randint(2, 4)))


def _version(dice: random.Random) -> str:
    return ".".join(str(dice.randint(0, 10 ** dice.randint(1, 5))) for _ in range(dice.randint(2, 5)))


def _address(dice: random.Random) -> str:
    return ".".join(str(dice.randint(0, 255)) for _ in range(4))


def _hash(form: str) -> Draw:
    """`form` names how many characters of a hash stand between which marks: "8-4-4"."""

    def draw(dice: random.Random) -> str:
        value = iter(hashlib.sha512(dice.randbytes(16)).hexdigest())
        mark = ":" if ":" in form else "-"
        return mark.join("".join(next(value) for _ in range(int(size))) for size in form.split(mark))

    return draw


KINDS: tuple[Kind, ...] = (
    Kind(
        name="map pins",
        forms=(*map(_place, ("{}, {}", "{},{}", "{} {}", "({}, {})", "{2}° N, {3}° W", "{2}N {3}E")), _european),
        sentences=("I am at {}", "pin: {}", "{}", "the driver went to {} instead of {2}", "map pin {}",
                   "https://maps.example.com/?q={}", "geo:{}?z=17", "drop it at {} please"),
    ),
    Kind(
        name="item numbers beside each other",
        forms=tuple(
            _listed(written("#" * size), between, 2, 3)
            for size in range(4, 10) for between in (" ", ", ", " and ", " / ", "; ", "\n", " und ", " y ", "-")
        ),
        sentences=("items {} are missing", "I ordered {}", "{} please", "{}", "Artikel {} fehlen", "swap {}"),
    ),
    Kind(
        name="EAN, ISBN and GTIN",
        forms=(_gtin(("978", "979"), 13), _gtin(("978", "979"), 13, grouped=True),
               _gtin(("400", "40", "50", "4", "87", "3", "5", "84"), 13), _gtin(("0", "1", "7"), 12),
               _gtin(("0", "1", "2", "4", "5"), 14)),
        sentences=("EAN {}", "ISBN: {}", "is {} in stock?", "{}", "{} {2}", "GTINs {} and {2}", "barcode {}",
                   "the code on the box is {}"),
    ),
    Kind(
        name="parts",
        forms=_forms("AA######A", "########A", "### ## ####", "AAA-#####", "###-##-####", "A#######A", "###.###.##",
                     "AA## ####", "### ## #### ###", "#### ####", "AA ## ## ## A"),
        sentences=("part {}", "part number {}", "boards in {}", "I need part {} again", "model {}", "the SKU is {}",
                   "Ersatzteil, Teil {}", "spare {}", "parts {} and {2}"),
    ),
    Kind(
        name="order numbers",
        forms=_forms("#####", "########", "##########", "############", "##############", "###############",
                     "################", "###-#######-#######", "202#-######", "AA-########", "AAA#########",
                     "202#/####-####", "######-####", "#### #### ####"),
        sentences=("order {} has not arrived", "where is my order {}?", "order no. {}", "Order #{}", "pedido {}",
                   "Bestellung {}", "my order number is {}", "commande n° {}", "orders {} and {2}"),
    ),
    Kind(
        name="tracking numbers",
        forms=_forms("1ZA###############", "94####################", "############", "###############", "AA#########GB",
                     "JJD##################", "##############", "00##################", "##########",
                     "94## #### #### #### #### ##", "AA #### #### #DE"),
        sentences=("tracking {}", "tracking number: {}", "Sendungsnummer {}", "parcel {} is lost", "suivi {}",
                   "shipment {} is stuck", "https://track.example.com/{}"),
    ),
    Kind(
        name="phone numbers",
        forms=_forms("+44 20 #### ####", "0### ### ####", "(###) ###-####", "+49 1## ########", "###-###-####",
                     "06 ## ## ## ##", "+34 6########", "+1##########", "+33 6 ## ## ## ##", "0##########"),
        sentences=("call me on {}", "my number is {}", "{} or {2}", "{} {2}", "Tel. {}", "reach me: {}",
                   "call {}, or my wife at {2}"),
    ),
    Kind(
        name="dates and times",
        forms=(*map(_moment, ("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%d/%m/%Y", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%SZ",
                              "%d %m %Y", "%m/%d/%y %I:%M", "%d-%m-%Y %H:%M", "%Y%m%d")), _stamp),
        sentences=("it came on {}", "from {} to {2}", "{} - {2}", "{} {2}", "at {}, then {2}", "between {} and {2}"),
    ),
    Kind(
        name="amounts on invoices",
        forms=tuple(
            _listed(one, between)
            for one in (_amount(",.2f"), _amount(".2f"), _amount(",.2f", swapped=True), _amount(".0f"))
            for between in (" + ", " ", ", ", " and ", "\n", " € ", " / ")
        ),
        sentences=("I paid {}", "invoice over {} EUR", "the total is {}", "${}", "{}", "you charged {} instead of {2}"),
    ),
    Kind(
        name="dimensions",
        forms=tuple(
            _listed(_size, between, 2, 4)
            for between in (" x ", "x", " × ", " by ", "*", " ", " mm x ", "/")
        ),
        sentences=("boards in {}", "{} mm", "it measures {} cm", "{}", "cut to {}", "do you have it in {} or {2}"),
    ),
    Kind(
        name="serial numbers",
        forms=(_imei, *_forms("AA##########", "##############", "A##AA####AA", "################", "########A",
                              "AA######B",
                                              "AAAAA-#####-AAAAA-#####", "8944###############")),
        sentences=("serial {}", "S/N {}", "serial number: {}", "IMEI {}", "Seriennummer {}", "SN{}",
                   "my device, serial no {}, is broken"),
    ),
    Kind(
        name="versions and addresses",
        forms=(_version, _address),
        sentences=("version {}", "v{}", "app {} build 20260511", "firmware {}-1044", "{} and {2}",
                   "router at {} and {2}",
                   "{} {2}", "update from {} to {2}"),
    ),
    Kind(
        name="hashes and UUIDs",
        forms=tuple(map(_hash, ("7", "8", "12", "32", "40", "64", "128",
                                 "8-4-4-4-12", "2:2:2:2:2:2", ":".join("2" * 32)))),
        sentences=("commit {}", "sha256 {}", "{}", "the id is {}", "error {} shown", "request {}"),
    ),
)  # fmt: skip
"""The kinds that are measured."""
