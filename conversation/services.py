"""What a run may call upon: fixed when the graph is built, shared by all runs."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import quote

from assistants.port import Assistant
from handover.packet.model_summary import SummaryWriter
from handover.people.codes import MIN_KEY, CodeMaker
from handover.people.directory import Directory, NoDirectory
from policy.loader import LoadedPolicy
from states.clock import Clock, Ids
from states.machine import ConversationMachine
from triggers.engine import Engine
from triggers.llm import TopicClassifier

MODEL_THREADS = 32
"""Model calls under way at once; when all hang, further ones run into their deadline and a person takes over."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """The machine, the policy with its engine, and the ports."""

    loaded: LoadedPolicy
    engine: Engine
    assistant: Assistant
    clock: Clock
    ids: Ids
    classifier: TopicClassifier | None = None
    summariser: SummaryWriter | None = None
    public_url: str = ""
    """Where people reach Handrail from outside; empty: unknown."""
    directory: Directory = field(default_factory=NoDirectory)
    codes: CodeMaker = field(default_factory=lambda: CodeMaker(secrets.token_bytes(MIN_KEY)))
    machine: ConversationMachine = field(default_factory=ConversationMachine)
    pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(MODEL_THREADS, thread_name_prefix="handrail-model")
    )

    def transcript_link(self, conversation_id: str) -> str:
        """Where a person can read the conversation; a name instead of an address where none is known."""
        if not self.public_url:
            return f"handrail://conversations/{conversation_id}"
        return f"{self.public_url.rstrip('/')}/?conversation={quote(conversation_id, safe='')}"

    def redacted(self, text: str) -> str:
        """The text without card numbers, secrets and account numbers; never raises."""
        return self.engine.redact(text)[0]
