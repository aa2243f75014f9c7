"""Words that carry a fact by themselves: an answer has none of them that its sources do not have.

Folded; all languages in one list where a word of one is none of another's.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LITERAL = _words(
    """free gratis gratuit gratuite gratuits kostenlos kostenfrei umsonst always never guarantee guaranteed guarantees
    unlimited immediately instantly instant today tonight tomorrow yesterday lifetime forever anytime automatically
    half double triple once twice every only except unless must required mandatory optional promise promised bonus
    per each apiece chaque cada extra zusatzlich
    refund compensation discount cancel monday tuesday wednesday thursday friday saturday sunday mondays tuesdays
    wednesdays thursdays fridays saturdays sundays weekend weekends january february march april june july august
    september october november december lunes martes miercoles jueves viernes sabado domingo domingos lundi mardi
    mercredi jeudi vendredi samedi dimanche montag dienstag mittwoch donnerstag freitag samstag sonntag montags
    samstags sonntags segunda sexta immer siempre toujours sempre sofort"""
)
"""Free, always, today, the days of a week: in a source word for word, or not at all."""

SECRETS = _words(
    """pin pins password passwords passcode cvv cvc otp username login credentials kennwort passwort contrasena senha
    iban bic sort ssn passport birthday birth"""
)
"""What an answer names only if its source does."""

ACTS = _words(
    """call ring phone dial text whatsapp telegram message send email mail write reply respond answer click tap press
    open visit go log sign enter give tell share provide supply confirm verify pay transfer wire deposit download
    install scan upload post fill contact fax submit forward bring show order buy book cancel close register choose
    print follow rufen rufe schicken schick senden sende klicken klicke geben gib llame envie enviame haga pulse
    appelez envoyez cliquez donnez ligue envie clique"""
)
"""Verbs of what a reader is told to do."""

OPPOSITES = tuple(
    (_words(left), _words(right))
    for left, right in (
        ("before", "after"), ("more", "less fewer"), ("most", "least"), ("outside", "within inside"), ("over", "under"),
        ("above", "below"), ("open opens", "close closes closed shut"), ("minimum", "maximum"), ("first", "last"),
        ("morning", "afternoon evening night"), ("earlier", "later"), ("largest", "smallest"),
        ("used", "unused"), ("standard", "premium"), ("daily", "weekly monthly yearly"), ("day days", "hour hours"),
        ("antes", "despues"), ("avant", "apres"), ("vor", "nach"), ("antes", "depois"),
    )
)  # fmt: skip
"""An answer that has one side where its source has only the other says the contrary."""

NEGATIONS = _words(
    """not no never nothing none nor cannot cant wont without neither nobody longer n't nicht kein keine keinen nie
    niemals nichts ohne nunca jamas nada ningun ninguno sin sem nao nem pas hardly barely
    scarcely seldom rarely kaum selten raramente rarement jamais aucun aucune sans ne"""
)

DAYS = _words(
    """monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays
    sundays weekend weekends holiday holidays bankholiday lunes martes miercoles jueves viernes sabado sabados domingo
    domingos lundi mardi mercredi jeudi vendredi samedi dimanche montag dienstag mittwoch donnerstag freitag samstag
    sonntag montags samstags sonntags feiertag feiertagen segunda terca quarta quinta sexta feriado feriados festivo
    festivos ferie feries"""
)
OPENED = _words(
    "open opens opened close closes closed shut geoffnet geschlossen abierto abierta abiertos abiertas cerrado cerrada "
    "cerrados cerradas ouvert ouverts ouverte ouvertes ferme fermes fermee fermees aberto aberta abertos abertas "
    "fechado fechada fechados fechadas"
)
"""Who is closed on some days is not closed."""
