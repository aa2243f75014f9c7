"""Sessions of the page: they end, nobody guesses them, and their cookies stay with this host."""

from __future__ import annotations

from app.session import (
    MOST,
    SESSION,
    VISITOR,
    Owners,
    Sessions,
    cookie,
    cookie_in,
    cookies_of,
    digest,
    fresh,
    visitor_in,
)

IDLE_S, LIFE_S = 100.0, 1000.0


class Watch:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_session_ends_when_it_is_not_used() -> None:
    watch = Watch()
    sessions = Sessions(IDLE_S, LIFE_S, watch)
    value = sessions.begin("ada")
    for _ in range(5):
        watch.now += IDLE_S - 1
        assert sessions.login_of(value) == "ada"
    watch.now += IDLE_S
    assert sessions.login_of(value) is None
    watch.now -= IDLE_S
    assert sessions.login_of(value) is None, "what has ended does not come back"


def test_a_session_ends_however_much_it_is_used() -> None:
    watch = Watch()
    sessions = Sessions(IDLE_S, LIFE_S, watch)
    value = sessions.begin("ada")
    lasted = 0
    while sessions.login_of(value) == "ada":
        watch.now += IDLE_S / 2
        lasted += 1
    assert lasted == LIFE_S / (IDLE_S / 2)


def test_a_logout_ends_one_session_and_no_other() -> None:
    sessions = Sessions(IDLE_S, LIFE_S, Watch())
    one, other = sessions.begin("ada"), sessions.begin("ada")
    sessions.end(one)
    sessions.end("no such session")
    assert (sessions.login_of(one), sessions.login_of(other)) == (None, "ada")


def test_nothing_but_the_value_opens_a_session_and_it_is_not_kept() -> None:
    sessions = Sessions(IDLE_S, LIFE_S, Watch())
    value = sessions.begin("ada")
    for guess in ("", "ada", digest(value), value[:-1], value + "a", value.swapcase()):
        assert sessions.login_of(guess) is None
    assert value not in repr(vars(sessions))
    assert len({fresh() for _ in range(1000)}) == 1000


def test_there_are_never_more_than_so_many_sessions() -> None:
    watch = Watch()
    sessions = Sessions(IDLE_S, LIFE_S, watch)
    first = sessions.begin("ada")
    sessions._known |= {f"other-{number}": sessions._known[digest(first)] for number in range(MOST)}
    watch.now += 1
    last = sessions.begin("ben")
    assert len(sessions._known) == MOST
    assert sessions.login_of(last) == "ben"


def test_a_cookie_stays_with_this_host_and_away_from_scripts() -> None:
    plain, secure = cookie(SESSION, "v", secure=False), cookie(SESSION, "v", secure=True)
    for made in (plain, secure):
        assert {"Path=/", "HttpOnly", "SameSite=Strict"} <= set(made.split("; "))
        assert "Domain" not in made
    assert secure.startswith("__Host-handrail-session=v;")
    assert "Secure" in secure
    assert "Secure" not in plain


def test_over_https_only_the_name_that_cannot_be_planted_counts() -> None:
    planted = {SESSION: "from a sibling or a plain connection"}
    assert cookie_in(planted, SESSION, secure=True) == ""
    assert cookie_in({f"__Host-{SESSION}": "v", **planted}, SESSION, secure=True) == "v"


def test_cookies_are_read_and_what_is_none_is_not() -> None:
    assert cookies_of("a=1; b=2") == {"a": "1", "b": "2"}
    for bad in ("", ";;;", "=", "a", "\x00=1"):
        assert visitor_in(cookies_of(bad)) == ""
    assert visitor_in({VISITOR: "me"}) == "me"


def test_a_page_is_the_first_browsers_and_the_oldest_are_forgotten() -> None:
    owners = Owners(most=3)
    assert owners.admits("page", "mine")
    assert not owners.admits("page", "theirs")
    for number in range(2):
        assert owners.admits(f"other-{number}", "theirs")
        assert owners.admits("page", "mine")
    assert owners.admits("third", "theirs")
    assert owners.admits("page", "mine"), "what is used is not forgotten"
