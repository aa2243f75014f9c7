"""What a channel says of files, and what tools of an assistant did, reaches the person who takes over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistants.port import Changed, Draft
from assistants.scripted import ScriptedAssistant
from handover.packet.attachment import Attachment
from states.errors import BadInput, MessageConflict
from states.vocabulary import State
from tests.graph.cases import CaseDesk, case_desk

PHOTO = Attachment(name="shade.jpg", media_type="image/jpeg", size=20_480, ref="file-77")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[CaseDesk]:
    opened = case_desk(tmp_path)
    yield opened
    opened.runtime.close()


def test_files_are_named_in_transcript_and_packet_with_their_message(desk: CaseDesk) -> None:
    desk.runtime.post(desk.id, "It looks like this", attachments=(PHOTO,))
    desk.say("human please")
    asked = desk.view.messages[0]
    assert asked.attachments[0].ref == "file-77"
    assert desk.view.handover.packet["context"]["attachments"] == [
        {"name": "shade.jpg", "media_type": "image/jpeg", "size": 20_480, "ref": "file-77", "turn": asked.seq}
    ]


def test_a_message_of_files_alone_is_kept_and_never_answered_as_routine(desk: CaseDesk) -> None:
    assert desk.runtime.post(desk.id, "", attachments=(PHOTO,)).state is State.GUARDED
    with pytest.raises(BadInput):
        desk.runtime.post(desk.id, " ")


def test_other_files_under_a_used_message_id_are_a_conflict(desk: CaseDesk) -> None:
    desk.runtime.post(desk.id, "see here", message_id="m1", attachments=(PHOTO,))
    assert desk.runtime.post(desk.id, "see here", message_id="m1", attachments=(PHOTO,)).repeated
    with pytest.raises(MessageConflict):
        desk.runtime.post(desk.id, "see here", message_id="m1")


@pytest.mark.parametrize(
    "attachment",
    [Attachment(name="x" * 201), Attachment(name="a\nb"), Attachment(name="a", size=-1)],
)
def test_files_that_no_row_can_hold_are_refused(desk: CaseDesk, attachment: Attachment) -> None:
    with pytest.raises(BadInput):
        desk.runtime.post(desk.id, "see here", attachments=(attachment,))
    with pytest.raises(BadInput):
        desk.runtime.post(desk.id, "see here", attachments=(PHOTO,) * 21)
    assert desk.view.messages == ()


def test_a_card_number_in_a_file_name_is_masked(desk: CaseDesk) -> None:
    desk.runtime.post(desk.id, "see here", attachments=(Attachment(name="4111 1111 1111 1111.pdf"),))
    assert "4111 1111" not in str(desk.view)


def test_what_a_tool_changed_is_told_so_that_nobody_does_it_again(tmp_path: Path) -> None:
    done = Draft(
        text="Delivery takes three days.", confidence=0.9, verbatim=True, changed=(Changed(tool="crm", result="noted"),)
    )
    desk = case_desk(tmp_path, assistant=ScriptedAssistant(lambda question: done))
    desk.say("When do you deliver?")
    desk.say("human please")
    assert desk.view.handover.packet["context"]["side_effects"] == [{"tool": "crm", "result": "noted", "turn": 3}]
    desk.runtime.close()


def test_the_transcript_link_uses_the_public_address(tmp_path: Path) -> None:
    desk = case_desk(tmp_path, public_url="https://support.example.com/desk/")
    desk.say("human please")
    link = desk.view.handover.packet["context"]["transcript_ref"]
    assert link == "https://support.example.com/desk/?conversation=c1"
    desk.runtime.close()
