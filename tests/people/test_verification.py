"""Identity checks: a code reaches the contact on file and nothing else, and nothing but proof counts."""

from __future__ import annotations

import base64
import json
import logging
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import text

from app.keys import build_codes
from app.settings import Settings, load_settings
from app.wiring import build_desks, build_directory
from delivery.pace import Condition
from delivery.work import Delivery
from desks.fakes.letter_box import LetterBox
from desks.kit.signatures import sign
from desks.port import Ambiguous, Delivered, Job, Rejected, Request, RetryAfter
from desks.webhook import Webhook
from handover.people.code_letter import CodeLetter
from handover.people.codes import Challenge, CodeMaker, masked_codes
from handover.people.directory import Contact, ContactKind, FileDirectory, Reachable
from service.system import System
from service.views import Act, NewConversation
from states.clock import FrozenClock, SystemClock
from states.errors import BadInput, Conflict, DependencyFault, GuardRefused, SettingsError
from states.vocabulary import Effect, Event, State
from store.append_only import drop_append_only
from tests.components import free_port
from tests.counterparts.loopback import Reply, receiver
from tests.delivery.example import code_destination
from tests.graph.example import ANNA, BEN, CLEO, START
from tests.people.example import KEY, ON_FILE, Office, policy, without_effect, without_need
from tests.ready_databases import sqlite_url

NOTE = "compared the passport by video"


@pytest.fixture
def sender() -> LetterBox:
    return LetterBox()


class Sending:
    """Delivery with one way to customers, or with the destinations that settings make."""

    def __init__(self, office: Office, desk: Any = None, places: Any = ()) -> None:
        self.delivery = Delivery(
            System(office.runtime), places or [code_destination(desk, office.clock)], dice=random.Random(1)
        )

    def __call__(self) -> None:
        while self.delivery.tick():
            pass


@pytest.fixture
def sending(office: Office, sender: LetterBox) -> Sending:
    return Sending(office, sender)


def _dump(office: Office) -> str:
    """Every row of every table, checkpoints and outbox included."""
    found = []
    with office.runtime.store.read() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        for name in names:
            found += [repr(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    return "\n".join(found)


def _outbox(office: Office) -> list[tuple[str, Any]]:
    with office.runtime.store.read() as connection:
        rows = connection.execute(text("SELECT status, receipt FROM outbox WHERE job = 'code' ORDER BY created_at, id"))
        return [(row[0], json.loads(row[1]) if row[1] else None) for row in rows]


def _send(office: Office, sending: Sending, sender: LetterBox) -> str:
    before = len(sender.letters)
    office.do(Event.CODE_SENT, ANNA)
    sending()
    assert len(sender.letters) == before + 1
    return sender.letters[-1].code


def _send_later(office: Office, sending: Sending, sender: LetterBox) -> str:
    office.clock.advance(timedelta(seconds=31))
    return _send(office, sending, sender)


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


# One-time codes


def test_code_reaches_the_contact_on_file_and_verifies(office: Office, sending: Sending, sender: LetterBox) -> None:
    office.compliance_case()
    code = _send(office, sending, sender)
    assert re.fullmatch(r"\d{6}", code)
    assert [letter.contact.address for letter in sender.letters] == [ON_FILE]
    ((status, receipt),) = _outbox(office)
    assert (status, receipt["attempts"]) == ("done", 1)
    result = office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=f"{code[:3]} {code[3:]}")
    assert result.event is Event.IDENTITY_VERIFIED
    step = office.view.events[-1]
    assert (step.data["method"], step.data["level"], step.actor_id) == ("code", "code", "anna")
    assert office.view.handover.verified_level == "code"
    assert office.do(Event.RESOLVED, ANNA, text="changed", steps_done=["checked"]).state is State.RESOLVED


def test_neither_code_nor_address_is_in_any_row_log_or_view(
    office: Office, sending: Sending, sender: LetterBox, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        office.compliance_case()
        code = _send(office, sending, sender)
        office.say(f"it says {code[:3]} {code[3:]}")
        office.do(Event.AGENT_REPLIED, ANNA, text=f"You told me {code}, thank you.")
        office.do(Event.VERIFICATION_FAILED, ANNA, text=f"heard {code}", method="code")
        office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=code, question=f"by phone: {code}")
    seen = "\n".join((_dump(office), caplog.text, repr(office.view), repr(sender.letters)))
    for secret in (code, f"{code[:3]} {code[3:]}", ON_FILE):
        assert secret not in seen
    assert "[one_time_code]" in _dump(office)


def test_dump_would_show_a_code_that_a_row_has(office: Office, sending: Sending, sender: LetterBox) -> None:
    """The canary sings: with nothing masked, the same search finds the code."""
    office.compliance_case()
    code = _send(office, sending, sender)
    with office.runtime.store.write() as connection:
        drop_append_only(connection)
        connection.execute(text("UPDATE message SET text = text || :code"), {"code": code})
    assert code in _dump(office)
    with office.runtime.store.write() as connection:
        connection.execute(text("UPDATE message SET text = replace(text, :code, '')"), {"code": code})


def test_rows_without_the_key_do_not_make_the_code(office: Office, sending: Sending, sender: Any) -> None:
    office.compliance_case()
    code = _send(office, sending, sender)
    with office.runtime.store.read() as connection:
        kept = connection.execute(text("SELECT code FROM handover WHERE open")).scalar()
    challenge = Challenge.from_json(json.loads(str(kept)))
    assert CodeMaker(KEY).code(challenge) == code
    assert CodeMaker(b"another key of thirty-two bytes.").code(challenge) != code


def test_wrong_code_is_a_recorded_attempt_and_the_last_one_escalates(
    office: Office, sending: Sending, sender: LetterBox
) -> None:
    office.compliance_case()
    wrong = _other(_send(office, sending, sender))
    for number in (1, 2):
        result = office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=wrong)
        assert (result.event, result.state) == (Event.VERIFICATION_FAILED, State.AGENT_VERIFYING)
        assert office.view.events[-1].data["attempts"] == number
    assert office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=wrong).state is State.ESCALATED
    assert office.view.owner_id is None


def test_code_whose_tries_are_used_up_is_worth_nothing_to_a_senior_either(
    office: Office, sending: Sending, sender: LetterBox
) -> None:
    office.compliance_case()
    code = _send(office, sending, sender)
    for _ in range(3):
        office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=_other(code))
    office.do(Event.CLAIMED, CLEO)
    with office.refused(GuardRefused):
        office.do(Event.IDENTITY_VERIFIED, CLEO, method="code", code=code)
    assert office.view.handover.verified_level == "none"


def test_code_runs_out(office: Office, sending: Sending, sender: LetterBox) -> None:
    office.compliance_case()
    code = _send(office, sending, sender)
    office.clock.advance(timedelta(minutes=10))
    assert office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=code).event is Event.VERIFICATION_FAILED


def test_code_counts_once(office: Office, sending: Sending, sender: LetterBox) -> None:
    office.compliance_case()
    code = _send(office, sending, sender)
    office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=code)
    assert office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=code).event is Event.VERIFICATION_FAILED


def test_new_code_replaces_the_one_before_and_sends_are_limited(
    office: Office, sending: Sending, sender: LetterBox
) -> None:
    office.compliance_case()
    first = _send(office, sending, sender)
    second = _send(office, sending, sender)
    assert first != second
    with office.refused(GuardRefused):
        office.do(Event.CODE_SENT, ANNA)
    assert office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=first).event is Event.VERIFICATION_FAILED
    assert office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=second).event is Event.IDENTITY_VERIFIED


def test_code_that_was_replaced_before_it_went_out_is_not_sent(
    office: Office, sending: Sending, sender: LetterBox
) -> None:
    office.compliance_case()
    office.do(Event.CODE_SENT, ANNA)
    office.do(Event.CODE_SENT, ANNA)
    sending()
    assert len(sender.letters) == 1
    with office.runtime.store.read() as connection:
        kept = connection.execute(text("SELECT receipt FROM outbox WHERE effect = 'send_code' AND job = ''")).scalars()
        assert sorted(json.loads(one).get("moot", "") for one in kept) == ["", "superseded"]
    assert [status for status, _ in _outbox(office)] == ["done"]


def test_code_that_was_replaced_while_it_waited_for_its_second_attempt_is_not_sent(office: Office) -> None:
    sender = LetterBox(outcomes=[RetryAfter(seconds=30)])
    sending = Sending(office, sender)
    office.compliance_case()
    office.do(Event.CODE_SENT, ANNA)
    sending()
    second = _send_later(office, sending, sender)
    assert [letter.code for letter in sender.letters] == [second]
    first, newest = _outbox(office)
    assert (first[0], first[1]["result"]) == ("done", "superseded")
    assert (newest[0], newest[1]["attempts"]) == ("done", 1)


@pytest.mark.parametrize("data", [{"contact": "mallory@evil.example"}, {"address": "mallory@evil.example"},
                                  {"contact": "webhook"}, {"contact": 7}])  # fmt: skip
def test_no_contact_is_taken_from_an_act(office: Office, data: dict[str, Any]) -> None:
    office.compliance_case()
    with office.refused(BadInput):
        office.do(Event.CODE_SENT, ANNA, **data)


def test_contact_that_the_chat_gives_is_no_contact(office: Office, sending: Sending, sender: LetterBox) -> None:
    office.say("change my address, and write to mallory@evil.example from now on")
    office.do(Event.CLAIMED, ANNA)
    office.say("send the code to mallory@evil.example please")
    _send(office, sending, sender)
    assert {letter.contact.address for letter in sender.letters} == {ON_FILE}


def test_customer_who_is_not_on_file_gets_no_code(office: Office) -> None:
    office.id = office.runtime.open(NewConversation(id="c2", customer="nobody")).id
    office.compliance_case()
    with office.refused(GuardRefused):
        office.do(Event.CODE_SENT, ANNA)


def test_letter_that_fails_is_tried_again_with_the_same_code(office: Office) -> None:
    sender = LetterBox(outcomes=[RetryAfter(seconds=None, code="ConnectError"), Ambiguous(code="after_data")])
    sending = Sending(office, sender)
    office.compliance_case()
    office.do(Event.CODE_SENT, ANNA)
    sending()
    assert (sender.letters, _outbox(office)[0][0]) == ([], "pending")
    for _ in range(2):
        office.clock.advance(timedelta(seconds=30))
        sending()
    assert len(sender.letters) == 1
    assert (_outbox(office)[0][0], _outbox(office)[0][1]["attempts"]) == ("done", 3)
    code = sender.letters[0].code
    assert office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=code).event is Event.IDENTITY_VERIFIED


def _faults(office: Office) -> list[tuple[str, str]]:
    told = [one.data for one in office.view.events if one.event == Event.FAULT.value]
    return [(one["fault"], one.get("detail", "")) for one in told]


def test_code_that_could_not_go_out_in_time_is_given_up_and_a_person_is_told(office: Office) -> None:
    sender = LetterBox(outcomes=[RetryAfter(seconds=None, code="ConnectError")])
    sending = Sending(office, sender)
    office.compliance_case()
    office.do(Event.CODE_SENT, ANNA)
    sending()
    office.clock.advance(timedelta(minutes=11))
    sending()
    assert sender.letters == []
    assert (_outbox(office)[0][0], _faults(office)) == ("dead", [("given_up", "expired")])


def test_contact_that_is_on_file_no_more_is_a_dead_letter_at_once(office: Office, sender: LetterBox) -> None:
    office.compliance_case()
    office.do(Event.CODE_SENT, ANNA)
    office.runtime._parts = replace(office.runtime._parts, directory=Reachable(office.runtime.directory, ()))
    Sending(office, sender)()
    assert (sender.letters, _outbox(office)[0][0], _faults(office)) == ([], "dead", [("given_up", "no_contact")])


def test_second_way_takes_over_and_codes_wait_for_no_other_step(office: Office) -> None:
    """A refused letter falls back as any step does; a case's cards that fail hold up no code."""
    broken, spare = LetterBox("broken", outcomes=[Rejected(code="smtp_550")]), LetterBox("spare")
    places = [code_destination(broken, office.clock, fallback="spare"), code_destination(spare, office.clock)]
    sending = Sending(office, places=places)
    office.compliance_case()
    office.do(Event.CODE_SENT, ANNA)
    sending()
    assert (len(broken.letters), len(spare.letters)) == (0, 1)
    code = spare.letters[0].code
    assert office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=code).event is Event.IDENTITY_VERIFIED


def test_way_that_is_broken_is_spared_by_its_breaker(office: Office) -> None:
    sender = LetterBox(outcomes=[RetryAfter(seconds=None, code="ConnectError")] * 5)
    sending = Sending(office, sender)
    office.compliance_case()
    office.do(Event.CODE_SENT, ANNA)
    for _ in range(20):
        office.clock.advance(timedelta(seconds=3))
        sending()
        if not sender.outcomes:
            break
    (place,) = sending.delivery.destinations.values()
    assert place.gate.breaker.condition is Condition.OPEN
    office.clock.advance(timedelta(minutes=3))
    sending()
    assert len(sender.letters) == 1


def test_old_row_that_waits_goes_on(office: Office, sender: LetterBox) -> None:
    """As the version before left it: tried twice, held by a worker that is gone, with a receipt of its own."""
    office.compliance_case()
    office.do(Event.CODE_SENT, ANNA)
    with office.runtime.store.write() as connection:
        connection.execute(
            text(
                "UPDATE outbox SET attempts = 2, lease_owner = 'gone', lease_until = created_at, "
                """receipt = '{"result": "unreachable", "attempts": 2}' WHERE effect = 'send_code'"""
            )
        )
    Sending(office, sender)()
    assert len(sender.letters) == 1


# A code in the chat


def test_code_that_the_customer_types_is_masked_and_can_be_checked_unread(
    office: Office, sending: Sending, sender: LetterBox
) -> None:
    office.compliance_case()
    code = _send(office, sending, sender)
    office.say(f"{code[:3]} {code[3:]}")
    assert office.view.messages[-1].text == "[one_time_code]"
    assert office.view.handover.code_typed
    result = office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", from_chat=True)
    assert result.event is Event.IDENTITY_VERIFIED


def test_wrong_code_in_the_chat_is_masked_too_and_counts_when_it_is_checked(
    office: Office, sending: Sending, sender: LetterBox
) -> None:
    office.compliance_case()
    wrong = _other(_send(office, sending, sender))
    office.say(f"my code is {wrong}!")
    assert wrong not in _dump(office)
    assert office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", from_chat=True).event is Event.VERIFICATION_FAILED
    assert not office.view.handover.code_typed


def test_numbers_stay_readable_while_no_code_is_out(office: Office) -> None:
    office.compliance_case()
    office.say("my order is 123456")
    assert "123456" in office.view.messages[-1].text


@pytest.mark.parametrize(
    ("words", "kept"),
    [("123456", "[one_time_code]"), ("12 34 56!", "[one_time_code]!"), ("123-456", "[one_time_code]"),
     ("1234567", "1234567"), ("order 12345", "order 12345"), ("a123456b", "a[one_time_code]b")],
)  # fmt: skip
def test_what_may_be_a_code_is_masked(words: str, kept: str) -> None:
    assert masked_codes(words)[0] == kept


# Knowledge, attestation, levels


def test_right_answer_reaches_the_level_of_knowledge_and_no_more(office: Office) -> None:
    office.compliance_case()
    result = office.do(Event.IDENTITY_VERIFIED, ANNA, method="knowledge", question="street", answer="hogby street 7")
    assert result.event is Event.IDENTITY_VERIFIED
    assert office.view.handover.verified_level == "knowledge"
    assert office.view.handover.verify_level == "code"
    with office.refused(GuardRefused):
        office.do(Event.RESOLVED, ANNA, text="changed", steps_done=["checked"])


def test_policy_says_which_level_a_case_needs(office: Office) -> None:
    office.say("what is my balance")
    office.do(Event.CLAIMED, ANNA)
    assert office.view.handover.verify_level == "knowledge"
    office.do(Event.IDENTITY_VERIFIED, ANNA, method="knowledge", question="pet", answer="rex")
    assert office.do(Event.RESOLVED, ANNA, text="told").state is State.RESOLVED


@pytest.mark.parametrize("question", ["pet", "shoe size"])
def test_wrong_answer_is_a_recorded_attempt_that_keeps_no_answer(office: Office, question: str) -> None:
    office.compliance_case()
    result = office.do(Event.IDENTITY_VERIFIED, ANNA, method="knowledge", question=question, answer="Bello-Canary")
    assert result.event is Event.VERIFICATION_FAILED
    assert office.view.events[-1].data["method"] == "knowledge"
    assert "Canary" not in _dump(office)


def test_attestation_needs_its_note(office: Office) -> None:
    office.compliance_case()
    with office.refused(GuardRefused):
        office.do(Event.IDENTITY_VERIFIED, ANNA, method="attestation")
    office.do(Event.IDENTITY_VERIFIED, ANNA, text=NOTE, method="attestation")
    assert (office.view.events[-1].data["level"], office.view.events[-1].data["note"]) == ("attested", NOTE)


def test_attestation_is_proof_by_the_row_alone(office: Office) -> None:
    office.compliance_case()
    office.mutate(without_need(Event.IDENTITY_VERIFIED, "identity_proven"))
    office.do(Event.IDENTITY_VERIFIED, ANNA, method="attestation")
    assert office.view.handover.verified_level == "attested"


def test_policy_says_who_may_attest(office: Office) -> None:
    office.runtime.activate(policy(**{"sends: 2,": "sends: 2, attest: [compliance_officer],"}))
    office.compliance_case()
    with office.refused(GuardRefused):
        office.do(Event.IDENTITY_VERIFIED, ANNA, text=NOTE)


@pytest.mark.parametrize("data", [
    {"method": "gut feeling"}, {"method": "code"}, {"method": "code", "code": 123456}, {"method": "knowledge"},
    {"method": "code", "code": "123456", "from_chat": True}, {"method": "knowledge", "question": "pet", "answer": " "},
])  # fmt: skip
def test_check_that_cannot_be_read_is_no_attempt(office: Office, data: dict[str, Any]) -> None:
    office.compliance_case()
    with office.refused(BadInput):
        office.do(Event.IDENTITY_VERIFIED, ANNA, **data)


def test_who_may_not_check_learns_nothing_from_the_refusal(office: Office, sending: Sending, sender: LetterBox) -> None:
    """Ben does not own the case: otherwise he could try all codes without one counted attempt."""
    office.compliance_case()
    code = _send(office, sending, sender)
    words = []
    for tried in (code, _other(code)):
        with pytest.raises(GuardRefused) as refused:
            office.do(Event.IDENTITY_VERIFIED, BEN, method="code", code=tried)
        words.append(str(refused.value))
    assert words[0] == words[1]


def test_same_check_under_one_id_happens_once(office: Office, sending: Sending, sender: LetterBox) -> None:
    office.compliance_case()
    wrong = _other(_send(office, sending, sender))
    act = Act(event=Event.IDENTITY_VERIFIED, actor=ANNA, id="v1", data={"method": "code", "code": wrong})
    office.runtime.act(office.id, act)
    assert office.runtime.act(office.id, act).repeated
    assert office.view.handover.attempts == 1
    other = Act(event=Event.IDENTITY_VERIFIED, actor=ANNA, id="v1", data={"method": "code", "code": _other(wrong)})
    with pytest.raises(Conflict):
        office.runtime.act(office.id, other)


def test_more_careful_need_raises_the_level(office: Office) -> None:
    office.say("what is my balance")
    office.do(Event.CLAIMED, ANNA)
    office.do(Event.IDENTITY_VERIFIED, ANNA, method="knowledge", question="pet", answer="rex")
    office.say("and change my address")
    assert office.view.handover.verify_level == "code"
    with office.refused(GuardRefused):
        office.do(Event.RESOLVED, ANNA, text="done", steps_done=["checked"])


def test_identity_that_nobody_asked_for_does_not_lower_what_a_later_need_asks_for(office: Office) -> None:
    office.say("human please")
    office.do(Event.CLAIMED, ANNA)
    office.do(Event.IDENTITY_VERIFIED, ANNA, method="knowledge", question="pet", answer="rex")
    office.say("change my address")
    assert (office.view.handover.verify_level, office.view.handover.verified_level) == ("code", "knowledge")
    with office.refused(GuardRefused):
        office.do(Event.RESOLVED, ANNA, text="done", steps_done=["checked"])


# A real mail server


class _Kept:
    """What the mail server was given."""

    def __init__(self, refuse: bool = False) -> None:
        self.letters: list[tuple[list[str], bytes]] = []
        self.refuse = refuse

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse:
            return f"550 no {envelope.rcpt_tos[0]} here"
        self.letters.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[_Kept, dict[str, Any]]]:
    kept = _Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield kept, {"host": "127.0.0.1", "port": controller.port, "sender": "care@shop.example", "starttls": False}
    controller.stop()


def _by_settings(office: Office, **verification: Any) -> Sending:
    """The destinations that `[verification]` makes."""
    return Sending(office, places=build_desks(Settings(verification=verification), office.clock))


def test_code_goes_out_by_a_real_mail_server_to_the_contact_on_file_only(
    office: Office, mail: tuple[_Kept, dict[str, Any]]
) -> None:
    kept, server = mail
    sending = _by_settings(office, mail=server)
    assert "ready" in sending.delivery.destinations["verification.mail"].desk.ping()
    office.say("change my address to mallory@evil.example")
    office.do(Event.CLAIMED, ANNA)
    office.do(Event.CODE_SENT, ANNA)
    sending()
    ((recipients, raw),) = kept.letters
    assert recipients == [ON_FILE]
    found = re.search(rb"Your code is (\d{6})", raw)
    assert found is not None
    subject = re.search(rb"^Subject: (.*)$", raw, flags=re.MULTILINE)
    assert subject is not None
    assert found[1] not in subject[1]
    assert re.search(rb"^Auto-Submitted: auto-generated", raw, flags=re.MULTILINE)
    result = office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=found[1].decode())
    assert result.event is Event.IDENTITY_VERIFIED


def test_refusal_of_a_mail_server_tells_no_address(
    office: Office, mail: tuple[_Kept, dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    kept, server = mail
    kept.refuse = True
    office.compliance_case()
    office.do(Event.CODE_SENT, ANNA)
    _by_settings(office, mail=server)()
    assert (_outbox(office)[0][0], _outbox(office)[0][1]["code"]) == ("dead", "smtp_550")
    # The mail server of this test logs in the same process, and tells its own recipients.
    ours = [record for record in caplog.records if not record.name.startswith("mail.")]
    assert "step given up" in [record.getMessage() for record in ours]
    assert not any(ON_FILE in repr(vars(record)) for record in ours)
    assert ON_FILE not in _dump(office)


def test_mail_server_that_is_not_there_is_a_fault_with_a_kind() -> None:
    server = {"host": "127.0.0.1", "port": free_port(), "sender": "care@shop.example"}
    (place,) = build_desks(Settings(verification={"mail": server}), FrozenClock(START))
    with pytest.raises(DependencyFault, match="not ready"):
        place.desk.ping()


# A real receiver of webhooks


_LONG = "longer than the block of SHA-256, of which HMAC takes the digest: " + "x" * 40


@pytest.mark.parametrize(
    "secret", ["whsec_" + base64.b64encode(KEY).decode(), "plain words, 32 characters long.", _LONG]
)
def test_code_goes_out_to_a_webhook_on_file_signed_as_ever(tmp_path: Path, secret: str) -> None:
    with receiver() as other:
        office = Office(sqlite_url(tmp_path))
        (tmp_path / "hooked.yaml").write_text(f"cus-9: {{webhook: '{other.url}/codes'}}")
        office.runtime._parts = replace(office.runtime._parts, directory=FileDirectory(tmp_path / "hooked.yaml"))
        office.id = office.runtime.open(NewConversation(id="c9", customer="cus-9")).id
        office.compliance_case()
        office.do(Event.CODE_SENT, ANNA)
        _by_settings(office, webhook_secret=secret)()
    (got,) = other.got
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    assert got.headers["webhook-signature"] == sign(secret, got.headers["webhook-id"], at, got.body)
    told = json.loads(got.body)
    assert (told["type"], told["data"]["minutes"]) == ("code.sent", 10)
    assert _outbox(office)[0][0] == "done"
    assert other.url not in _dump(office)
    result = office.do(Event.IDENTITY_VERIFIED, ANNA, method="code", code=told["data"]["code"])
    assert result.event is Event.IDENTITY_VERIFIED
    office.runtime.close()


def _webhook() -> Webhook:
    settings = Settings(verification={"webhook_secret": "s" * 32})
    (place,) = build_desks(settings, SystemClock())
    assert isinstance(place.desk, Webhook)
    return replace(place.desk, deadline_s=2)


_REQUEST = Request(job=Job.CODE, key="ho_1", marker="[ho_1#1]", body={"id": "k", "contact": "webhook", "counter": 1})


@pytest.mark.parametrize(
    ("status", "kind"),
    [(500, Ambiguous), (301, Rejected), (410, Rejected), (429, RetryAfter), (200, Delivered), (None, RetryAfter)],
)
def test_webhook_on_file_says_what_became_of_the_code_without_its_address(status: int | None, kind: type) -> None:
    with receiver(*([Reply(status=status)] if status else [])) as other:
        address = other.url if status else f"http://127.0.0.1:{free_port()}"
        contact = Contact(kind=ContactKind.WEBHOOK, address=address)
        outcome = _webhook().send_code(_REQUEST, CodeLetter(contact=contact, code="123456", language="en", minutes=9))
    assert isinstance(outcome, kind)
    assert address not in repr(outcome)
    assert "123456" not in repr(outcome)


def test_way_refuses_a_contact_of_another_kind_and_a_code_without_a_letter() -> None:
    contact = Contact(kind=ContactKind.EMAIL, address=ON_FILE)
    letter = CodeLetter(contact=contact, code="123456", language="en", minutes=9)
    assert _webhook().send_code(_REQUEST, letter) == Rejected(code="wrong_contact")
    assert _webhook().send(_REQUEST) == Rejected(code="no_letter")


# What the settings build


def test_settings_build_a_directory_that_shows_what_can_be_reached(tmp_path: Path) -> None:
    path = tmp_path / "customers.yaml"
    path.write_text("c1: {email: a@b.example, webhook: 'https://hooks.example/x'}")
    mail = {"host": "127.0.0.1", "sender": "care@shop.example"}
    ways: dict[str, dict[str, Any]] = {
        "": {}, "email": {"mail": mail}, "webhook": {"webhook_secret": "w" * 32},
        "email webhook": {"mail": mail, "webhook_secret": "w" * 32},
    }  # fmt: skip
    for kinds, given in ways.items():
        settings = Settings(data_dir=tmp_path, verification={"directory": path, **given})
        assert [one.kind.value for one in build_directory(settings).contacts("c1")] == kinds.split()


def test_key_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    challenge = build_codes(settings).challenge(counter=1, contact="email", expires_at=START)
    assert build_codes(settings).code(challenge) == build_codes(settings).code(challenge)
    (kept,) = (tmp_path / "data").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    given = Settings(data_dir=tmp_path / "other", verification={"key": "k" * 32})
    assert build_codes(given).code(challenge) != build_codes(settings).code(challenge)
    assert not (tmp_path / "other").exists()


def test_secrets_of_the_settings_are_not_shown() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(verification={"key": "too-short-canary", "webhook_secret": "short-canary"})
    assert "canary" not in str(refused.value)


# The directory


@pytest.mark.parametrize(
    "words",
    ["- a list", "c1: {phone: '1'}", "c1: {email: 'a b@c'}", "c1: {email: 'a@b, c@d'}", "c1: {webhook: 'ftp://x'}",
     "c1: {knows: {pet: 7}}", "c1: [x]", "{", "7: {}"],
)  # fmt: skip
def test_directory_that_cannot_be_used_is_refused_without_its_values(tmp_path: Path, words: str) -> None:
    path = tmp_path / "customers.yaml"
    path.write_text(words)
    with pytest.raises(SettingsError) as refused:
        FileDirectory(path)
    assert "a@b" not in str(refused.value)


def test_contacts_that_no_sender_reaches_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "customers.yaml"
    path.write_text("c1: {email: a@b.example, webhook: 'https://hooks.example/x'}")
    directory = FileDirectory(path)
    assert [one.kind.value for one in directory.contacts("c1")] == ["email", "webhook"]
    assert "a@b" not in repr(directory.contacts("c1"))
    assert [one.kind.value for one in Reachable(directory, {ContactKind.WEBHOOK}).contacts("c1")] == ["webhook"]
    assert not directory.check("c1", "", "")
    assert not directory.check("nobody", "pet", "")


def test_short_key_makes_no_codes() -> None:
    with pytest.raises(ValueError, match="32"):
        CodeMaker(b"short")
    assert "0" not in repr(CodeMaker(KEY))


def test_sending_is_asked_for_by_the_row(tmp_path: Path) -> None:
    office = Office(sqlite_url(tmp_path))
    office.compliance_case()
    office.mutate(without_effect(Event.CODE_SENT, Effect.SEND_CODE))
    office.do(Event.CODE_SENT, ANNA)
    assert _outbox(office) == []
    assert office.clock.now() == START
    office.runtime.close()
