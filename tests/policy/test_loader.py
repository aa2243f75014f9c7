"""Loading: every problem with its line, merging, translations, and a hash of the meaning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policy.linter import require_safe
from policy.loader import (
    canonical_hash,
    canonical_json,
    load_file,
    load_pack,
    load_text,
    pack_names,
    policy_from_canonical,
)
from policy.schema import MAX_ANSWER_TIME
from states.errors import PolicyError
from tests.policy.example import SAFE, line_of

HEAD = "handrail: 1\nname: kite\n"


def _problems(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        load_text(text, "kite.yaml")
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    return caught.value.problems


BAD = [
    ("a: b\n\tc: d\n", "kite.yaml:2: found a tab character", "indent with spaces only"),
    ("a: 1\nb: \0", "kite.yaml:2: the control character '\\x00'", "remove it"),
    ("- a\n- b\n", "kite.yaml:1: the file holds a list", "begin with the lines `handrail: 1`"),
    ("just words", "kite.yaml:1: the file holds one value", "begin with"),
    ("", "kite.yaml:1: the file holds nothing", "begin with"),
    ("# only a comment\n", "kite.yaml:1: the file holds nothing", "begin with"),
    ("a: [1, 2\nb: 3", "kite.yaml:2: ", "check quotes"),
    ("a: 'open", "kite.yaml:1: ", "check quotes"),
    ("a: *nobody", "kite.yaml:1: the alias *nobody", "write the value out"),
    ("a: &a [*a]", "kite.yaml:1: the alias *a names no finished anchor", "write the value out"),
    ("a: 1\n---\nb: 2", "kite.yaml:2: the file holds a second document", "remove"),
    ("a: !!python/object/apply:os.getcwd []", "kite.yaml:1: the tag", "remove it"),
    ("? [a]\n: b", "kite.yaml:1: a key is a list", "use a word"),
    ("[" * 400_000, "kite.yaml:1: values are nested deeper than 40", "flatten"),
    ("- " * 400_000, "kite.yaml:1: values are nested deeper than 40", "flatten"),
    ("a: " + "x" * 1_000_001, "kite.yaml:1: the file is larger than 1,000,000 bytes", "split it"),
    ("é" * 600_000, "kite.yaml:1: the file is larger", "split it"),
    ("a: \ud800", "kite.yaml:1: ", "UTF-8"),
]


@pytest.mark.parametrize(("text", "message", "remedy"), BAD, ids=[bad[1][10:50] for bad in BAD])
def test_bad_yaml_is_refused_with_line_and_remedy(text: str, message: str, remedy: str) -> None:
    (problem,) = _problems(text)
    assert problem.startswith(message)
    assert remedy in problem.partition("; ")[2]


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    rows = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    (problem,) = _problems("a0: &a0 [x, x, x]\n" + "\n".join(rows))
    assert "more than 200,000 values" in problem


def test_all_problems_are_listed_not_just_the_first() -> None:
    text = HEAD + "trigers: []\nguard: {clear_after: 0}\nsla:\n  fast: {claim: 5 minutes, resolve: 1h}\nguard: {}\n"
    problems = _problems(text)
    assert [problem.split(":")[1] for problem in problems] == ["3", "6", "7"]
    assert "did you mean 'triggers'?" in problems[0]
    assert "5 minutes is no duration; write a number" in problems[1]
    assert "'guard' is written twice, first in line 4" in problems[2]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("triggers: [{id: a, family: b, reason: because, any: [{frases: [x]}]}]", "did you mean 'phrases'?"),
        ("triggers: [{id: a, family: b, any: []}]", "'reason' is missing; write `reason: ...` here"),
        ("triggers: [{id: Not An Id, family: b, reason: because}]", "'Not An Id' is no identifier"),
        ("triggers: [{id: a, family: b, reason: because, any: [{phrases: [911]}]}]", "911 is no text; put it"),
        ("triggers: [{id: a, family: b, reason: because, action: call}]", "'call' is not allowed; use 'handover'"),
        ("triggers: [{id: a, family: b, reason: because, any: [{topic: x, when: 'true'}]}]", "exactly one of"),
        ("roles: {boss: [ana]}", "'boss' is not allowed; use"),
        ("scripts: {a: {it: ciao}}", "'it' is not allowed; use 'en'"),
        ("smalltalk: 3", "3 does not fit"),
        ("scripts:", "'scripts' is empty; fill it or remove the key"),
        ("extends: no_such_pack", "there is no pack 'no_such_pack'"),
        ("extends: ../secret.yaml", "this policy was given as text"),
        ("translations: [/etc/passwd.yaml]", "this policy was given as text"),
    ],
)
def test_a_schema_error_names_line_and_remedy(line: str, part: str) -> None:
    (problem,) = _problems(HEAD + line)
    assert problem.startswith("kite.yaml:3: ")
    assert part in problem


def test_words_that_yaml_once_read_as_values_stay_words() -> None:
    offer = "offer: {accept: [yes, on, y], decline: [no, off]}\n"
    policy = load_text(HEAD + offer + "hours: {holidays: [2027-01-01]}").policy
    assert policy.offer.accept == {"any": ("yes", "on", "y")}
    assert policy.offer.decline == {"any": ("no", "off")}
    assert policy.hours.holidays == ("2027-01-01",)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"handrail: 1\nname: \xff\xfe")
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * 1_000_001)
    cases = {
        binary: "2: byte 0xff is not UTF-8",
        huge: "larger",
        tmp_path / "none.yaml": "cannot be read",
        tmp_path: "cannot be read",
    }
    for path, part in cases.items():
        with pytest.raises(PolicyError, match=part):
            load_file(path)


def test_a_child_replaces_by_id_and_by_key_and_keeps_the_order(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "handrail: 1\nname: base\ndescription: Base\n"
        "triggers:\n- {id: one, family: f, reason: first}\n- {id: two, family: f, reason: second}\n"
        "sla: {slow: {claim: 1h, resolve: 2h}, fast: {claim: 1m, resolve: 2m}}\nguard: {misses: 5, clear_after: 4}\n"
    )
    child = tmp_path / "child.yaml"
    child.write_text(
        "handrail: 1\nname: child\nextends: base.yaml\n"
        "triggers:\n- {id: three, family: f, reason: third}\n- {id: one, family: g, reason: other}\n"
        "sla: {fast: {claim: 5m, resolve: 9m}}\nguard: {misses: 1}\n"
    )
    loaded = load_file(child)
    policy = loaded.policy
    assert [(t.id, t.reason) for t in policy.triggers] == [("one", "other"), ("two", "second"), ("three", "third")]
    assert (policy.name, policy.description, policy.extends) == ("child", "Base", None)
    assert {name: str(sla.claim) for name, sla in policy.sla.items()} == {"slow": "1h", "fast": "5m"}
    assert (policy.guard.misses, policy.guard.clear_after) == (1, 4)
    assert loaded.lines["triggers", 0] == (str(child), 6)
    assert loaded.lines["triggers", 1, "reason"].line == 6
    assert loaded.lines["triggers", 1].source == "base.yaml"


def test_an_id_written_twice_in_a_child_is_kept_for_the_linter(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(HEAD + "triggers: [{id: one, family: f, reason: first}]\n")
    twice = "triggers: [{id: one, family: f, reason: new}, {id: one, family: f, reason: newer}]\n"
    loaded = load_text(HEAD + "extends: base.yaml\n" + twice, base_dir=tmp_path)
    assert [trigger.reason for trigger in loaded.policy.triggers] == ["new", "newer"]


def test_policies_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{name}.yaml").write_text(f"handrail: 1\nname: {name}\nextends: {other}.yaml\n")
    with pytest.raises(PolicyError, match=r"in a circle: .* → .*; end it at a pack"):
        load_file(tmp_path / "a.yaml")


TRANSLATION = """handrail: 1
language: de
triggers:
  regulated.legal: {phrases: [mein anwalt], unless: [kein anwalt], vectors: {positive: [mein anwalt kommt]}}
filters:
  screen.promise: {phrases: [wir garantieren]}
smalltalk:
  greeting: {phrases: [hallo], reply: Hallo.}
sentiment: {negative: [furchtbar]}
offer: {accept: [ja]}
scripts:
  handover.legal: Ein Mensch antwortet.
"""


def test_a_translation_adds_its_language_everywhere(tmp_path: Path) -> None:
    (tmp_path / "kite.de.yaml").write_text(TRANSLATION)
    loaded = load_text(SAFE + "translations: [kite.de.yaml]\n", "kite.yaml", tmp_path)
    policy = loaded.policy
    legal = policy.trigger("regulated.legal")
    assert legal.any[0].phrases == {"any": ("my lawyer", "take you to court"), "de": ("mein anwalt",)}
    assert legal.unless == ("kein anwalt",)
    assert [vector.text for vector in legal.vectors.positive] == ["I will ask my lawyer", "mein anwalt kommt"]
    assert policy.filters[0].any[0].phrases == {"any": ("we guarantee",), "de": ("wir garantieren",)}
    assert policy.smalltalk["greeting"].reply == {"en": "Hello.", "de": "Hallo."}
    assert policy.smalltalk["greeting"].phrases == {"en": ("hello",), "de": ("hallo",)}
    assert policy.sentiment == {"negative": {"de": ("furchtbar",)}}
    assert policy.offer.accept == {"de": ("ja",)}
    assert policy.scripts["handover.legal"]["de"] == "Ein Mensch antwortet."
    index = policy.triggers.index(legal)
    assert loaded.lines["triggers", index, "any", 0, "phrases", "de", 0] == ("kite.de.yaml", 4)


def test_a_translation_of_what_is_not_there_is_refused_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "kite.de.yaml").write_text(TRANSLATION.replace("regulated.legal", "regulated.lgal"))
    with pytest.raises(PolicyError) as caught:
        load_text(SAFE + "translations: [kite.de.yaml, kite.fr.yaml]\n", "kite.yaml", tmp_path)
    missing, unknown = caught.value.problems
    assert unknown.startswith("kite.de.yaml:4: triggers.regulated.lgal: translates 'regulated.lgal'")
    last = line_of(SAFE + "translations", "translations")
    assert missing.startswith(f"kite.yaml:{last}: kite.fr.yaml: cannot be read")


def test_the_hash_follows_the_meaning_not_the_layout(tmp_path: Path) -> None:
    plain = load_text(HEAD + "guard: {misses: 3}\nsla:\n  a: {claim: 1h, resolve: 2h}\n  b: {claim: 1h, resolve: 2h}\n")
    turned = "sla: {b: {resolve: 2h, claim: 1h}, a: {claim: '1h', resolve: 2h}}\nname: 'kite' # why\n"
    assert load_text(turned + "handrail: 1\nguard:\n  misses: 3\n  clear_after: 3\n").hash == plain.hash
    (tmp_path / "base.yaml").write_text(HEAD + "guard: {misses: 3}\nsla: {a: {claim: 1h, resolve: 2h}}\n")
    split = HEAD + "extends: base.yaml\nsla: {b: {claim: 1h, resolve: 2h}}\n"
    assert load_text(split, base_dir=tmp_path).hash == plain.hash
    assert load_text(HEAD + "guard: {misses: 4}\n").hash != plain.hash


def test_a_stored_policy_is_read_back_to_the_same_policy() -> None:
    loaded = load_text(SAFE)
    again = policy_from_canonical(loaded.canonical)
    assert again == loaded.policy
    assert [*again.scripts, *again.sla] == [*loaded.policy.scripts, *loaded.policy.sla]
    assert canonical_json(again) == loaded.canonical
    assert canonical_hash(loaded.canonical) == loaded.hash


def test_a_stored_policy_of_another_version_is_refused_by_its_hash() -> None:
    with pytest.raises(PolicyError, match="replay it with the version that stored it"):
        policy_from_canonical('{"handrail":2,"name":"kite"}')


@pytest.mark.parametrize("deadline", ["61s", "90s", "5m", "24h"])
def test_a_policy_that_was_stored_before_answers_were_bounded_reads_back_and_waits_no_longer(deadline: str) -> None:
    """The schema of the last version took any deadline; its rows stand under the hash of what they say."""
    written = json.loads(load_text(SAFE).canonical)
    written["answers"]["deadline"] = deadline
    stored = json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    again = policy_from_canonical(stored)
    assert canonical_hash(canonical_json(again)) == canonical_hash(stored)
    assert again.answers.patience == MAX_ANSWER_TIME
    with pytest.raises(PolicyError, match="longer than a customer waits"):
        load_text(SAFE + f"answers: {{deadline: {deadline}}}\n")


def test_a_policy_may_extend_the_default_pack_and_change_one_deadline() -> None:
    assert pack_names()[0] == "default"
    default = load_pack("default")
    assert require_safe(default) is not None
    name = next(iter(default.policy.sla))
    child = load_text(f"handrail: 1\nname: kite\nextends: default\nsla:\n  {name}: {{claim: 7m, resolve: 9h}}\n")
    assert child.policy.triggers == default.policy.triggers
    assert child.policy.sla[name].claim == "7m"
    assert child.lines["sla", name].line == 5
    assert child.lines["triggers", 0].source == "packs/default.yaml"
    assert child.hash != default.hash


def test_a_pack_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(PolicyError, match="there is no pack 'defualt'; use 'default'"):
        load_pack("defualt")
