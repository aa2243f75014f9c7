"""What a policy may say of originals: nothing is kept by itself, and what is never kept is an error by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.linter import Gravity, lint
from policy.loader import load_pack, load_text, pack_names, policy_from_canonical
from policy.privacy import KINDS, LONGEST_KEPT
from states.errors import PolicyError
from states.vocabulary import STAFF, Role
from tests.policy.example import SAFE
from triggers.pii import ENTITIES

KEEP = "privacy:\n  keep_originals: {kinds: [iban], delete_after: 7d, roles: [compliance_officer]}\n"


def _with(old: str = "", new: str = "") -> str:
    return SAFE + KEEP.replace(old, new)


def test_no_pack_keeps_anything() -> None:
    for name in pack_names():
        keep = load_pack(name).policy.privacy.keep_originals
        assert (keep.kinds, keep.roles) == ((), ())


def test_a_policy_that_keeps_originals_is_clean_and_reads_back() -> None:
    loaded = load_text(_with())
    assert lint(loaded) == ()
    keep = policy_from_canonical(loaded.canonical).privacy.keep_originals
    assert keep == loaded.policy.privacy.keep_originals
    assert (keep.kinds, keep.delete_after.delta.days, keep.roles) == (("iban",), 7, (Role.COMPLIANCE_OFFICER,))


@pytest.mark.parametrize("kind", sorted(ENTITIES - set(KINDS)))
def test_what_is_never_kept_is_an_error_with_the_remedy(kind: str) -> None:
    with pytest.raises(PolicyError) as refused:
        load_text(_with("[iban]", f"[iban, {kind}]"))
    assert "is never kept" in refused.value.problems[0]
    assert "account_number, iban, national_id" in refused.value.problems[0]


@pytest.mark.parametrize("role", [role.value for role in Role if role not in STAFF])
def test_only_staff_may_be_named(role: str) -> None:
    with pytest.raises(PolicyError, match="only staff may see an original"):
        load_text(_with("[compliance_officer]", f"[{role}]"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (", roles: [compliance_officer]", "", "nobody may see"),
        ("7d", "366d", f"at most {LONGEST_KEPT.days}d"),
        ("7d", "0d", "is no duration"),
        ("kinds: [iban]", "kind: [iban]", "did you mean 'kinds'"),
    ],
)
def test_what_cannot_work_is_an_error(old: str, new: str, told: str) -> None:
    with pytest.raises(PolicyError) as refused:
        load_text(_with(old, new))
    assert told in str(refused.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[compliance_officer]", "[frontline_agent]", "most of the staff"),
        ("kinds: [iban], ", "", "nothing is kept"),
    ],
)
def test_what_is_doubtful_is_a_warning(old: str, new: str, told: str) -> None:
    (problem,) = lint(load_text(_with(old, new)))
    assert told in problem.message
    assert problem.severity is Gravity.WARNING


def test_a_child_turns_off_what_its_parent_keeps(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text(_with())
    child = "handrail: 1\nname: child\nextends: parent.yaml\n"
    assert load_text(child, base_dir=tmp_path).policy.privacy.keep_originals.kinds == ("iban",)
    off = load_text(f"{child}privacy: {{keep_originals: {{kinds: []}}}}\n", base_dir=tmp_path)
    assert off.policy.privacy.keep_originals.kinds == ()
