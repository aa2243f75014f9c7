"""A grammar of private data as people tell it: label, what joins, value, and what it is wrapped in.

Values are made here, of published test numbers and of letters in a pattern; none opens anything.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product

from tests.triggers.policies import CARD

_KEY = "a1B2c3D4e5F6g7H8i9J0"
_HEX = "0123456789abcdef"


@dataclass(frozen=True, kw_only=True)
class Told:
    """A message, what must not be left of it, and how its kind is called."""

    kind: str
    text: str
    value: str

    @property
    def secret(self) -> str:
        """The value's letters and digits only, for looking it up however it is cut."""
        return "".join(filter(str.isalnum, self.value)).lower()


PASSWORD_LABELS = (
    "password", "Password", "pw", "pwd", "passwd", "passcode", "pass", "my password", "login password", "wifi password",
    "mdp", "mot de passe", "le mot de passe du compte", "clave", "contraseña", "mi contraseña", "senha", "minha senha",
    "palavra-passe", "Passwort", "mein Passwort", "Kennwort", "user bob pass", "usuario ana clave", "login: bob pw",
    "DB_PASSWORD", "--password",
)  # fmt: skip
PASSWORDS = ("hunter2", "Sommer2024!", "tr0ub4dor&3", "Ab-9_xZ", "swordFish", "qwerty!!", "пароль77")
WRAPPINGS = (
    "{}", "hi, {} thanks", "{}.",
    "- {}", "> {}", "**{}**", "`{}`", "({})", "please help\n{}\nit does not work", "{}, ok?",
    "\u200b{}\u200b", "see: {};",
)  # fmt: skip
SEPARATORS = (": ", ":", " : ", "=", " = ", ":\n", " -> ", ': "{}"', ": '{}'", ": `{}`", " is ")
_VERBS = {"clave": " es ", "contraseña": " es ", "mdp": " est ", "passe": " est ", "senha": " é ", "wort": " ist "}


def _joined(label: str, separator: str, value: str) -> str:
    if separator == " is ":
        separator = next((verb for ending, verb in _VERBS.items() if label.lower().endswith(ending)), separator)
    return f"{label}{separator.format(value)}" if "{}" in separator else f"{label}{separator}{value}"


def passwords() -> Iterator[Told]:
    """Every label with every separator, values and wrappings in turn."""
    pairs = product(PASSWORD_LABELS, SEPARATORS)
    for at, (label, separator) in enumerate(pairs):
        value = PASSWORDS[at % len(PASSWORDS)]
        text = WRAPPINGS[at % len(WRAPPINGS)].replace("{}", _joined(label, separator, value))
        yield Told(kind="password", text=text, value=value)
    for form in (
        "pw {}",
        "pwd {} please",
        "mdp {}",
        "password {}",
        "login: ana / {}",
        "user: bob, {}",
        "creds: bob:{}",
    ):
        yield Told(kind="password", text=form.format("hunter2"), value="hunter2")
    for form in ("joe@shop.test:{}", "joe@shop.test|{}", "p/w: {}", "Login bob, Password - {}", "w p/w={}"):
        yield Told(kind="password", text=form.format("Passw0rd1"), value="Passw0rd1")
    for label, joint in product(("passphrase", "pass phrase", "my SSH pass-phrase"), (": ", " = ", ': "')):
        yield Told(kind="password", text=f"{label}{joint}correct horse battery", value="correct horse battery")


TOKENS = {
    "openai": "sk-" + _KEY, "openai project": "sk-proj-" + _KEY * 2, "anthropic": "sk-ant-api03-" + _KEY * 3,
    "aws": "AKIA" + "ABCD1234EFGH5678", "aws session": "ASIA" + "ABCD1234EFGH5678", "github": "ghp_" + _KEY * 2,
    "github oauth": "gho_" + _KEY * 2, "github fine": "github_pat_" + _KEY * 3, "gitlab": "glpat-" + _KEY,
    "slack": "xoxb-" + "123456789012-" + _KEY, "slack user": "xoxp-" + "123456789012-" + _KEY,
    "stripe": "sk_" + "live_" + _KEY, "stripe restricted": "rk_" + "live_" + _KEY, "google": "AIza" + "Sy" + _KEY * 2,
    "google oauth": "ya29." + _KEY * 2, "twilio": "SK" + _HEX * 2, "sendgrid": "SG." + _KEY + "." + _KEY * 2,
    "npm": "npm_" + _KEY * 2, "pypi": "pypi-" + "AgEI" + _KEY * 2, "hugging face": "hf_" + _KEY * 2,
    "telegram": "123456789:" + "AA" + _KEY * 2, "shopify": "shpat_" + _HEX * 2, "digitalocean": "dop_v1_" + _HEX * 4,
    "mailgun": "key-" + _HEX * 2, "discord": "M" + _KEY + "abc1" + "." + "Gabc12" + "." + _KEY + _KEY,
    "jwt": "eyJ" + "hbGciOiJub25lIn0" + ".eyJzdWIiOiIxIn0abc." + _KEY, "vault": "hvs." + _KEY * 2,
    "without a digit": "hf_" + "abcDefGhijKlmnOpqrStuvwxyzABCDEFGH",
    "groq": "gsk_" + _KEY * 2, "docker": "dckr_pat_" + _KEY * 2, "square": "sq0atp-" + _KEY * 2,
}  # fmt: skip


def tokens() -> Iterator[Told]:
    """Vendors' tokens, which need no label."""
    said = ("{}", "my key {} stopped working", "token: {}", "export KEY={}", 'curl -H "X-Key: {}"', "```\n{}\n```")
    for token, around in product(TOKENS.values(), said):
        yield Told(kind="token", text=around.format(token), value=token)


_CREDENTIALS = (
    ("{scheme}://bob:{value}@db.example.com/x", "s3cr3t-Pw", "postgres mysql redis amqp ftp ssh https smtp"),
    ("{scheme}://:{value}@cache.example.com:6379", "s3cr3t-Pw", "redis rediss amqps"),
    ("Authorization: {scheme} {value}", "Ym9iOmh1bnRlcjI=", "Basic Bearer Token"),
    ('-H "Authorization: {scheme} {value}" https://api.example.com', _KEY, "Basic Bearer"),
    ("{scheme} https://api.example.com", "bob:hunter2", "curl\\ -u\\ {value} curl\\ -s\\ --user\\ {value}"),
    ("https://example.com/x?{scheme}={value}", _KEY, "token api_key sig access_token secret password"),
    ("https://acc.blob.example.net/c?sv=2022&{scheme}={value}", "abc%2Fdef" + _KEY, "sig"),
    ("DefaultEndpointsProtocol=https;AccountName=a;{scheme}={value}", _KEY * 2, "AccountKey SharedAccessKey"),
    ("{scheme}={value}", _KEY * 2, "aws_secret_access_key API_KEY CLIENT_SECRET AUTH_TOKEN"),
    ("{scheme} = {value}", "wJalrXUtnFEMI/K" + "MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key SECRET_KEY"),
    ("{scheme}: {value}", _KEY, "x-api-key X-Auth-Token api-key"),
    ("Cookie: {scheme}={value}", _KEY, "session sid"),
    ('{{"{scheme}": "{value}"}}', "hunter2x", "password passwd pwd"),
    ("<{scheme}>{value}</{scheme}>", "hunter2x", "password passwd"),
    ("mysql -u root {scheme}{value} shop", "hunter2x", "-p"),
)  # fmt: skip


def credentials() -> Iterator[Told]:
    """What developers paste: addresses, headers, commands, configuration."""
    for (form, value, schemes), around in product(_CREDENTIALS, ("{}", "it says\n{}\nand fails", "see {} please")):
        for scheme in schemes.replace("\\ ", "\0").split():
            command = scheme.replace("\0", " ").replace("{value}", value)
            text = form.replace("{{", "{").replace("}}", "}").replace("{scheme}", command).replace("{value}", value)
            yield Told(kind="credentials", text=around.replace("{}", text), value=value)


def private_keys() -> Iterator[Told]:
    """PEM blocks, whole and cut."""
    for name, end in product(
        ("RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY"), (True, False)
    ):
        body = "\n".join([_KEY * 3] * 3)
        text = f"here:\n-----BEGIN {name}-----\n{body}\n" + (f"-----END {name}-----\nthanks" if end else "")
        yield Told(kind="private key", text=text, value=_KEY)


_NUMBERS = {
    "PIN": ("4821", "739105"), "my pin is": ("4821",), "pin code": ("4821",), "Geheimzahl": ("4821",), "NIP": ("4821",),
    "clave": ("4821",), "cvv": ("737",), "CVC": ("737",), "security code": ("737", "7371"), "Prüfziffer": ("737",),
    "código de seguridad": ("737",), "cryptogramme": ("737",), "OTP": ("482913",), "OTP code": ("482 913",),
    "verification code": ("482913", "48-29-13"), "2FA": ("482913",), "SMS code": ("482913",), "TAN": ("482913",),
    "código de verificación": ("482913",), "code de vérification": ("482913",), "Bestätigungscode": ("482913",),
    "recovery code": ("ABCD-EFGH-1234",), "backup codes": ("1234-5678 8765-4321", "a1b2-c3d4, e5f6-g7h8"),
    "código de verificação": ("482913",), "the code is": ("482913",), "my code is": ("482 913",),
}  # fmt: skip


def numbers() -> Iterator[Told]:
    """PINs, security codes and one-time codes."""
    for (label, values), joint, around in product(
        _NUMBERS.items(), (" ", ": ", " is "), ("{}", "so {}, ok?", "**{}**")
    ):
        if joint == " " or not label.endswith(" is"):
            for value in values:
                yield Told(kind="number", text=around.format(f"{label}{joint}{value}"), value=value)


_ENTRIES = (
    "the alarm code is {}", "door code {}", "gate code: {}", "code for the lockbox: {}",
    "the code to the front door is {}",
    "garage pin {}", "safe combination is {}", "le code de la porte est {}", "code de l'immeuble : {}", "digicode {}",
    "der Türcode ist {}", "Code für die Tür: {}", "Alarmcode {}", "código de la alarma es {}", "código del portal: {}",
    "código do portão {}", "código da porta é {}", "key safe {}", "there is a key safe by the back door ({})",
    "Schlüsseltresor: {}", "caja de llaves {}", "boîte à clés : {}", "press {} to get in", "type {} at the gate",
    "for the gate use {}", "the code {} opens the gate", "{} opens the door", "{} is the gate code",
    "{} es el código de la puerta", "unlock pattern {}", "mon code est {}", "mein Code ist {}", "MPIN {}", "PUK {}",
    "the number for the gate is {}", "my pin's {}", "unlock code for my phone: {}",
)  # fmt: skip
_KEYS_OF_NETWORKS = (
    "the wifi key is {}", "WLAN-Schlüssel: {}", "clé wifi : {}", "ma clé est {}", "clave wifi {}", "chave da rede: {}",
    "Netzwerkschlüssel {}", "router key {}",
)  # fmt: skip


def entries() -> Iterator[Told]:
    """What opens doors, safes, telephones and networks."""
    for form, value in product(_ENTRIES, ("4821", "739105")):
        yield Told(kind="entry", text=form.format(value), value=value)
    for form, value in product(_KEYS_OF_NETWORKS, ("Xk93jd82ab", "9d8f7a6b5c4d3e2f")):
        yield Told(kind="entry", text=form.format(value), value=value)


_PASSWORDS_AHEAD = (
    "{} is my password", "{} was my old password", "{} ist mein Passwort", "{} es mi contraseña", "{} é a minha senha",
    "{} est mon mot de passe", "I type {} as my password", "{} = wifi password",
    "the password changed from abc999 to {}", "joe@shop.test / {}", "joe@shop.test - {}",
    "joe@shop.test -> {}",
)  # fmt: skip
_NUMBERS_AHEAD = (
    "{} is my pin", "{} is my new online banking PIN", "{} ist meine PIN", "{} es mi pin", "{} est mon code pin",
    "{} is the verification code", "{} is your Example verification code.", "{} ist mein Einmalcode",
    "use {} to log in", "Use {} to verify your account", "the sms says {}", "the text said {}",
)  # fmt: skip
_BACK_OF_CARD = (
    "{} is the cvv", "the three digits on the back are {}", "last 3 digits on the back of the card: {}",
    "die drei Ziffern hinten sind {}", "los tres números de atrás son {}", "les trois chiffres au dos sont {}",
)  # fmt: skip


def ahead() -> Iterator[Told]:
    """Values that stand before what they are called, or behind words that describe it."""
    for forms, values in (
        (_PASSWORDS_AHEAD, ("hunter2", "Sommer2024!", "tr0ub4dor&3")), (_NUMBERS_AHEAD, ("482913", "739 105")),
        (_BACK_OF_CARD, ("737", "904")),
    ):  # fmt: skip
        for form, value in product(forms, values):
            yield Told(kind="ahead", text=form.format(value), value=value)
    for form in ("joe@shop.test {}", "joe@shop.test\n{}", "joe@shop.test, {}", "my login is joe@shop.test and {}"):
        yield Told(kind="ahead", text=form.format("Passw0rd1"), value="Passw0rd1")


_ANSWERS = (
    "first pet's name: {}", "the magic word is {}",
    "my mother's maiden name is {}", "security answer: {}", "the answer to my security question is {}",
    "memorable word: {}", "respuesta secreta: {}", "réponse secrète : {}", "Sicherheitsantwort: {}",
    "resposta secreta: {}", "maiden name: {}", "der Geburtsname meiner Mutter ist {}",
)  # fmt: skip
_SEED = re.findall(
    r"\w+",
    "abandon ability able about above absent absorb abstract absurd abuse access accident "
    "acid acoustic acquire across act action actor actress actual adapt add addict",
)


def words() -> Iterator[Told]:
    """Answers to secret questions, and seed phrases."""
    for form, name in product(_ANSWERS, ("Kowalski", "O'Shaughnessy", "tortuga")):
        yield Told(kind="answer", text=form.format(name), value=name)
    for size, joint in product((12, 24), (" ", ", ", "\n")):
        phrase = joint.join(_SEED[:size])
        for around in ("{}", "my wallet is gone: {}", "seed phrase: {}", "recovery phrase is {} help"):
            yield Told(kind="seed phrase", text=around.format(phrase), value=phrase)
    for phrase in ("legal winner thank year wave sausage worth useful legal winner thank yellow",
                   "letter advice cage absurd amount doctor acoustic avoid letter advice cage above"):  # fmt: skip
        yield Told(kind="seed phrase", text=f"my seed: {phrase}", value=phrase)
    numbered = " ".join(f"{at}. {word}" for at, word in enumerate(_SEED[:12], 1))
    yield Told(kind="seed phrase", text=f"words: {numbered}", value=numbered)


NATIONAL = {
    "DNI": "12345678Z", "NIE": "X1234567L", "numéro de sécurité sociale": "1 85 05 78 006 084 91", "NIF": "123456789",
    "Steuer-ID": "12 345 678 903", "codice fiscale": "RSSMRA85T10A562S", "BSN": "111222333", "PESEL": "44051401359",
    "rijksregisternummer": "85.07.30-033.28", "personnummer": "811228-9874", "CPR": "211062-5629",
    "henkilötunnus": "131052-308T", "fødselsnummer": "151086 95088", "PPS": "6433435F", "SSN": "536904399",
    "CPF": "39053344705", "AHV": "756.9217.0769.85", "SVNR": "1237010180", "Aadhaar": "2341 2341 2346",
    "passport number": "533380006", "CURP": "BOXW310820HNERXN09", "NI number": "AB123456C", "id card": "L01X00T471",
    "driver's license": "D1234567890123", "Personalausweis": "L22034571",
    "NIR": "1 85 05 78 006 084 36", "SIN": "046 454 286",
    "numéro INSEE": "1850578006084",
}  # fmt: skip
ALONE = (
    "12345678Z", "X1234567L", "536-90-4399", "AB 12 34 56 C", "RSSMRA85T10A562S", "85.07.30-033.28", "756.9217.0769.85",
    "811228-9874", "131052-308T", "111.444.777-35", "BOXW310820HNERXN09",
)  # fmt: skip


def national_ids() -> Iterator[Told]:
    """Official numbers behind a label, and those that stand out by themselves."""
    for (label, value), joint, around in product(NATIONAL.items(), (" ", ": ", " is "), ("{}", "hello, my {} thanks")):
        yield Told(kind="national id", text=around.format(f"{label}{joint}{value}"), value=value)
    for value in ALONE:
        yield Told(kind="national id", text=f"here it is {value} ok", value=value)


CARD_LABELS = (
    "card", "my card is", "card number", "credit card:", "debit card no.", "Visa", "visa card number is", "Mastercard:",
    "amex", "Kartennummer", "meine Kreditkarte ist", "Karte:", "tarjeta", "mi tarjeta es", "número de tarjeta:",
    "carte",
    "ma carte bancaire est", "cartão", "o meu cartão é", "cartão de crédito:", "cc number",
)  # fmt: skip
_NUMBERS_OF_CARDS = (CARD, "5555555555554444", "378282246310005", "6011111111111117", "30569309025904")
_LAYOUTS = ("{}", "4 ", "4-", "4.", "1 ", "2 ", "4  ", "5 ", "3 ")


def laid_out(number: str, layout: str) -> str:
    """A number cut into groups: "4-" is groups of four with hyphens."""
    if layout == "{}":
        return number
    size, mark = int(layout[0]), layout[1:]
    return mark.join(number[at : at + size] for at in range(0, len(number), size))


def mistyped(number: str, dice: random.Random) -> str:
    """The number with one digit wrong, not the first few, which name the issuer."""
    at = dice.randrange(6, len(number))
    return number[:at] + str((int(number[at]) + dice.randint(1, 9)) % 10) + number[at + 1 :]


def cards() -> Iterator[Told]:
    """What is called a card: right and mistyped, in every layout."""
    dice = random.Random(4)
    for label, layout, wrong in product(CARD_LABELS, _LAYOUTS, (False, True)):
        number = dice.choice(_NUMBERS_OF_CARDS)
        value = laid_out(mistyped(number, dice) if wrong else number, layout)
        yield Told(kind="card", text=f"hello, {label} {value}, thanks", value=value)
    for layout, sentence in product(("4 ", "4-", "1 "), ("please use {} today", "{}", "pay with {} exp 12/30")):
        value = laid_out(mistyped(CARD, dice), layout)
        yield Told(kind="card", text=sentence.format(value), value=value)
    for sentence in ("{} is my card", "{} is my visa card", "{} ist meine Karte", "{} es mi tarjeta"):
        value = mistyped(CARD, dice)
        yield Told(kind="card", text=sentence.format(value), value=value)


IBANS = (
    "DE89370400440532013000", "GB82WEST12345698765432", "FR1420041010050500013M02606", "ES9121000418450200051332",
    "NL91ABNA0417164300", "PT50000201231234567890154", "CH9300762011623852957",
)  # fmt: skip


def ibans() -> Iterator[Told]:
    """IBANs, right and mistyped, by layout and by label."""
    dice = random.Random(5)
    for number, wrong, layout in product(IBANS, (False, True), ("{}", "4 ", "4-")):
        tail = mistyped_tail(number, dice) if wrong else number
        for sentence in ("pay to {}", "IBAN {}", "my iban is: {}", "IBAN: {} please", "Konto {} bitte"):
            value = laid_out(tail, layout)
            yield Told(kind="iban", text=sentence.format(value), value=value)


def mistyped_tail(number: str, dice: random.Random) -> str:
    """An IBAN with one of its last digits wrong."""
    at = max(at for at, char in enumerate(number) if char.isdigit())
    return number[:at] + str((int(number[at]) + dice.randint(1, 9)) % 10) + number[at + 1 :]


ACCOUNTS = ("account number", "acct:", "my account no. is", "sort code 20-00-00 account", "Kontonummer:", "cuenta",
            "numéro de compte", "conta:", "routing number")  # fmt: skip


def accounts() -> Iterator[Told]:
    """Account numbers, which have no check sum."""
    for label, value in product(ACCOUNTS, ("12345678", "1234 5678 90", "0123-4567-89")):
        yield Told(kind="account", text=f"{label} {value}, thanks", value=value)


FAMILIES = (
    passwords, tokens, credentials, private_keys, numbers, words, national_ids, cards, ibans, accounts,
    entries, ahead,
)  # fmt: skip


def everything() -> list[Told]:
    """The whole family; the order does not change."""
    return [one for family in FAMILIES for one in islice(family(), None)]
