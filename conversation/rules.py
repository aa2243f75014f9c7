"""What a run decides by: the machine, the policy with its engine, ids, the key of codes; no model and no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from handover.people.codes import CodeMaker
from policy.loader import LoadedPolicy
from policy.schema import Policy
from recognition.port import MeaningRecogniser
from recognition.reply_port import ReplyReader
from states.clock import Ids
from states.machine import ConversationMachine
from triggers.engine import Engine


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Fixed while a policy is in force, shared by all runs. Safe to use from any thread."""

    loaded: LoadedPolicy
    engine: Engine
    ids: Ids
    codes: CodeMaker
    machine: ConversationMachine = field(default_factory=ConversationMachine)
    recogniser: MeaningRecogniser | None = None
    """What reads the meaning of a message; None: triggers that ask for it do not fire."""
    replies: ReplyReader | None = None
    """What reads a draft beside the policy's filters before it goes out; None: the filters screen alone."""
    public_url: str = ""
    """Where people reach Handrail from outside; empty: unknown."""
    model_summaries: bool = False
    """A model is asked for the summary once a handover is durable."""

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.loaded.policy

    def transcript_link(self, conversation_id: str) -> str:
        """Where a person can read the conversation; a name instead of an address where none is known."""
        if not self.public_url:
            return f"handrail://conversations/{conversation_id}"
        return f"{self.public_url.rstrip('/')}/?conversation={quote(conversation_id, safe='')}"

    def redacted(self, text: str) -> str:
        """The text without card numbers, secrets and account numbers; never raises."""
        return self.engine.redact(text)[0]
