"""The log over all chains: a leaf for each chain that has grown, in order; signed heads; the journal."""

from __future__ import annotations

from datetime import timedelta

from proof import journal
from proof.canonical import canonical
from proof.chain import GENESIS
from proof.heads import Signer
from proof.merkle import Frontier, Tree, leaf_hash
from store import log
from store.exhibits import journal_of
from tests.store.example import HOUR, NOW, Bench


def talked(bench: Bench, name: str = "c1") -> None:
    bench.open(name)
    bench.receive(name, message_id="m1")
    bench.answer(name, "m1", "three days")


def test_a_chain_is_taken_in_once_until_it_grows(bench: Bench) -> None:
    talked(bench)
    bench.open("quiet")
    assert bench.run(log.take_in, ("c1", "quiet", "")) == 1
    assert bench.run(log.take_in, ("c1", "quiet", "")) == 0
    bench.commit("c1")
    bench.run(log.append_journal, "", "look", {"by": "avi"}, NOW)
    assert bench.run(log.take_in, ("c1", "")) == 2
    found = bench.rows(lambda connection: tuple(log.leaves(connection)))
    assert [(one.position, one.chain) for one in found] == [(0, "c1"), (1, "c1"), (2, "")]
    assert bench.rows(log.size) == 3
    assert bench.rows(lambda connection: log.newest_leaf(connection, "c1")) == found[1]
    assert bench.rows(lambda connection: log.leaf_at(connection, 2)) == found[2]
    assert bench.rows(lambda connection: log.leaves_of(connection, "c1")) == found[:2]
    assert bench.rows(lambda connection: tuple(log.leaves(connection, 2))) == found[2:]
    assert found[2].entry() == log.entry_of("", GENESIS, journal_hash(bench))
    assert found[2].hash == leaf_hash(canonical(found[2].entry())).hex()


def journal_hash(bench: Bench) -> str:
    return str(bench.rows(lambda connection: journal_of(connection, ""))[-1]["hash"])


def test_chains_are_those_of_conversations_and_journals(bench: Bench) -> None:
    talked(bench)
    bench.run(log.append_journal, "c2", "receipt", {}, NOW)
    assert bench.rows(log.all_chains) == ("", "c1", "c2")
    later = NOW + HOUR
    assert bench.rows(lambda connection: log.journaled_since(connection, later)) == ()
    bench.run(log.append_journal, "", "look", {}, later + timedelta(seconds=1))
    assert bench.rows(lambda connection: log.journaled_since(connection, later)) == ("",)


def test_the_journal_of_a_chain_is_a_chain(bench: Bench) -> None:
    for number in range(3):
        bench.run(log.append_journal, "c1", "receipt", {"ref": number}, NOW)
    bench.run(log.append_journal, "c2", "receipt", {"ref": 7}, NOW)
    entries = bench.rows(lambda connection: journal_of(connection, "c1"))
    assert [one["number"] for one in entries] == [1, 2, 3]
    assert journal.first_break(entries) is None
    assert journal.first_break([*entries[:1], entries[2]]) == 3
    assert journal.first_break([{**entries[0], "data": {"ref": 1}}, *entries[1:]]) == 1
    assert journal.first_break([journal.without_data(one) for one in entries]) is None


def test_heads_are_kept_with_their_key(bench: Bench) -> None:
    talked(bench)
    bench.run(log.take_in, ("c1",))
    signer = Signer(b"k" * 32)
    head = signer.head(1, 1_000, "ab" * 32)
    bench.run(log.add_head, head, signer.public.hex())
    assert bench.rows(log.newest_head) == head
    assert bench.rows(log.signed_heads) == ((head, signer.public.hex()),)
    bench.run(log.hold)


def test_a_frontier_has_the_root_of_the_tree() -> None:
    frontier, leaves = Frontier(), [leaf_hash(bytes([number])) for number in range(40)]
    assert frontier.root() == Tree([]).root()
    for size in range(1, 41):
        frontier = frontier.after(leaves[size - 1 : size])
        assert (frontier.size, frontier.root()) == (size, Tree(leaves).root(size))
