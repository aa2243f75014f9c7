"""Originals of masks as rows, on both databases: there with their message or not at all, and gone in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from states.errors import MessageConflict
from store import originals
from store.queries import ORIGINAL
from store.records import SealedOriginal
from tests.store.example import HOUR, NOW, Bench

DAY = timedelta(days=1)
ALL = ("account_number", "iban", "national_id")


def sealed(message_id: str = "m1", number: int = 1, kind: str = "iban", days: int = 30) -> SealedOriginal:
    """One original as it is kept."""
    return SealedOriginal(
        conversation_id="c1", message_id=message_id, number=number, kind=kind, mask_start=0, mask_end=6, key_id="k",
        nonce=b"\x00" * 12, sealed=b"\xff\x00sealed", kept_at=NOW, delete_at=NOW + days * DAY,
    )  # fmt: skip


def kept(bench: Bench) -> list[tuple[str, int]]:
    return [(one.message_id, one.number) for one in bench.rows(lambda connection: originals.kept(connection, "c1"))]


def test_an_original_comes_with_its_message_and_reads_back_as_it_was_written(bench: Bench) -> None:
    bench.open()
    given = (sealed(), sealed(number=2, kind="national_id"))
    bench.receive(text="[iban]", originals=given)
    assert bench.rows(lambda connection: originals.kept(connection, "c1")) == given
    assert bench.rows(lambda connection: originals.one(connection, "c1", "m1", 2)) == given[1]
    for other in (("c1", "m1", 3), ("c1", "m2", 1), ("c2", "m1", 1)):
        assert bench.rows(lambda connection, at=other: originals.one(connection, *at)) is None


def test_the_same_message_again_keeps_nothing_twice_and_another_body_nothing_at_all(bench: Bench) -> None:
    bench.open()
    bench.receive(text="[iban]", originals=(sealed(),))
    bench.receive(text="[iban]", originals=(sealed(),))
    with pytest.raises(MessageConflict):
        bench.receive(text="another", originals=(sealed(number=2),))
    assert kept(bench) == [("m1", 1)]


def test_a_message_that_cannot_be_kept_with_its_originals_is_not_kept(bench: Bench) -> None:
    """One transaction: whatever fails in it, neither is there."""
    bench.open()
    with pytest.raises(IntegrityError):
        bench.receive(text="[iban]", originals=(sealed(), sealed()))
    assert kept(bench) == []
    assert bench.receive(text="[iban]").repeated is False


@pytest.mark.parametrize("kind", ["card", "secret", "phone", ""])
def test_the_database_itself_refuses_what_is_never_kept(bench: Bench, kind: str) -> None:
    bench.open()
    bench.receive(text="[card]")
    with pytest.raises(IntegrityError):
        bench.run(originals.keep, [sealed(kind=kind)])
    assert kept(bench) == []


def test_an_original_without_its_message_is_refused(bench: Bench) -> None:
    bench.open()
    bench.receive()
    with pytest.raises(IntegrityError):
        bench.run(lambda connection: connection.execute(insert(ORIGINAL).values(vars(sealed("nowhere")))))


def test_originals_of_a_message_that_is_masked_anew_go_in_the_same_commit(bench: Bench) -> None:
    from store.work import UnitOfWork

    bench.open()
    for name in ("m1", "m2"):
        bench.receive(message_id=name, text="[iban]", originals=(sealed(name),))
    masked = {"m1": ("[card]", {"card": 1})}
    UnitOfWork(bench.store).commit(bench.outcome(masked=masked), lambda connection: None, None, None)
    assert kept(bench) == [("m2", 1)]
    bench.run(originals.forget, "c1", ["m2", "m3"])
    assert kept(bench) == []


def test_what_is_due_or_kept_no_longer_is_deleted_and_nothing_else(bench: Bench) -> None:
    bench.open()
    several = (
        sealed("m1", 1, days=1), sealed("m1", 2, days=30), sealed("m1", 3, "national_id"), sealed("m1", 4, "iban", 90),
    )  # fmt: skip
    bench.receive(text="[iban]", originals=several)

    def deleted(kinds: tuple[str, ...], days: float, age: timedelta) -> int:
        now = NOW + age
        past = (kinds, now - days * DAY, now)
        any_ = bench.rows(lambda connection: originals.any_to_delete(connection, *past))
        count: int = bench.run(originals.delete_past, *past)
        assert any_ == (count > 0)
        return count

    assert deleted(ALL, 30, HOUR) == 0
    assert deleted(ALL, 30, DAY) == 1
    assert kept(bench) == [("m1", 2), ("m1", 3), ("m1", 4)]
    assert deleted(("iban",), 30, DAY) == 1
    assert kept(bench) == [("m1", 2), ("m1", 4)]
    assert deleted(ALL, 60, 30 * DAY) == 1
    assert kept(bench) == [("m1", 4)]
    assert deleted(ALL, 31, 31 * DAY) == 1, "the policy in force keeps less than the one of that day"
    assert kept(bench) == []
    bench.receive(message_id="m9", text="[iban]", originals=(sealed("m9", days=300),))
    assert deleted((), 365, HOUR) == 1, "a policy that keeps nothing leaves nothing"
