"""The one place that names concrete parts: settings in, a running Handrail out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import chain
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from states.errors import HandrailError, RolledBack, SettingsError

if TYPE_CHECKING:
    # For type checkers only: settings, the graph, the database and the models are loaded when something is built.
    from app.settings import Settings
    from assistants.knowledge_base import KnowledgeBase
    from assistants.port import Assistant
    from delivery.destinations import Destination
    from delivery.work import Delivery
    from desks.config import DeskConfig
    from encoder.encoder import Encoder
    from handover.packet.model_summary import SummaryWriter
    from handover.people.directory import Directory
    from models.port import Model
    from models.usage import Usage
    from policy.loader import LoadedPolicy
    from recognition.port import MeaningRecogniser
    from recognition.reply_port import ReplyReader
    from service.anchor import Anchor
    from service.system import System
    from states.clock import Clock
    from store.database import Store
    from triggers.engine import Engine
    from triggers.llm import TopicClassifier

KNOWLEDGE = Path(__file__).parent.parent / "assistants" / "knowledge"
NO_KEY = "none"
"""Stands for the key of a server that wants none: the client insists on having one."""
WARMING = (
    "Hello, how long does delivery take?",
    "I want to speak to a real person, please.",
    "I can smell gas in my kitchen!",
    "Should I invest my savings in shares? Write to jane@example.com or call +1 202 555 0143.",
    "Quiero hablar con una persona",
    "Ich möchte mit einem Menschen sprechen",
    "Je voudrais parler à un conseiller",
    "Quero falar com uma pessoa",
    "Your parcel arrives in three days. " * 20,
)
"""A few messages of each kind and language, and a draft of usual length."""


def build(settings: Settings, **overrides: Any) -> System:
    """A running Handrail; its `door` is what surfaces are given. `overrides` replace parts by name: store, policy,
    assistant, clock, ids, classifier, recogniser, replies, summariser, directory, codes. With `learned` the articles'
    vectors are made before it returns, so that the first message is judged like every other; otherwise beside what
    is served.

    PolicyError, SettingsError and StoreError say what cannot work before anything is served.
    """
    from app.keys import build_codes, build_signer
    from app.originals import build_seal, require_key
    from policy.persons import require_distinct
    from service.runtime import Runtime
    from service.system import System
    from states.clock import SystemClock, SystemIds
    from triggers.engine import compile_policy

    policy = overrides.pop("policy", None) or active_policy(settings.policy)
    require_distinct(_people(settings, policy))
    learned = bool(overrides.pop("learned", False))
    usage = usages(settings)
    assistant = overrides.pop("assistant", None) or build_assistant(settings, policy, usage, learned=learned)
    clock = overrides.pop("clock", None) or SystemClock()
    classifier = overrides.pop("classifier", None) or build_classifier(settings, usage)
    recogniser = overrides.pop("recogniser", None) or build_recogniser()
    replies = overrides.pop("replies", None) or build_replies()
    summariser = overrides.pop("summariser", None) or build_summariser(settings, usage)
    store = overrides.pop("store", None)
    ids = overrides.pop("ids", None) or SystemIds()
    directory = overrides.pop("directory", None) or build_directory(settings)
    codes = overrides.pop("codes", None)
    require_key(settings, policy)
    seal = build_seal(settings)
    if overrides:
        raise SettingsError(f"no part of Handrail is called {', '.join(overrides)!r}; see app.wiring.build")
    if store is None:
        _make_directory(settings)
        store = open_kept(settings)
    anchors = build_anchors(settings)
    warm(compile_policy(policy))
    runtime = Runtime(
        store=store,
        policy=policy,
        assistant=assistant,
        clock=clock,
        ids=ids,
        classifier=classifier,
        recogniser=recogniser,
        replies=replies,
        summariser=summariser,
        usage=usage,
        public_url=settings.public_url,
        directory=directory,
        codes=codes or build_codes(settings),
        seal=seal,
        signer=build_signer(settings),
        anchors=anchors,
    )
    return System(runtime, settings.desks)


def build_anchors(settings: Settings) -> tuple[Anchor, ...]:
    """Where signed heads of the log are kept beside the database."""
    from service.anchor import FILE, Anchor

    return tuple(map(Anchor, filter(None, (settings.data_dir / FILE, settings.log.heads))))


def open_kept(settings: Settings) -> Store:
    """The database, once it is known to be no older than what was kept of it. RolledBack; StoreError."""
    from service.anchor import require_not_older
    from store.database import open_store

    kept = [(anchor, head) for anchor in build_anchors(settings) if (head := anchor.newest()) is not None]
    file = settings.data_dir / "handrail.db"
    if kept and settings.database_url is None and not file.exists():
        raise RolledBack(
            f"the database {str(file)!r} is gone, and {str(kept[0][0].path)!r} says that there was one; put it back, "
            "or, to begin anew, move that file away"
        )
    store = open_store(settings.store_url)
    try:
        for anchor, head in kept:
            require_not_older(store, head, str(anchor.path))
    except HandrailError:
        store.close()
        raise
    return store


def _people(settings: Settings, policy: LoadedPolicy) -> Iterator[str]:
    """Everybody whom the settings or the policy name as an actor."""
    from app.callers import holders

    yield from (actor.id for actor in holders(settings))
    for desk in settings.desks.values():
        yield from (holder.partition("/")[2] for holder in getattr(desk, "agents", {}).values())
    for names in policy.policy.roles.values():
        yield from names
    for rule in (*policy.policy.exceptions.owners, *chain.from_iterable(policy.policy.exceptions.kinds.values())):
        yield from rule.people


def build_delivery(settings: Settings, system: System, *, threads: bool = True) -> Delivery:
    """What carries handovers from the outbox to the destinations, and brings home what is done there."""
    from delivery.work import Delivery

    destinations = build_desks(settings, system.clock)
    return Delivery(system, destinations, link=settings.public_url, threads=threads)


def build_desks(settings: Settings, clock: Clock) -> list[Destination]:
    """The destinations of the settings; only modules of kinds that are set are loaded."""
    from delivery.destinations import Destination
    from delivery.pace import Gate
    from desks.config import check_channels

    check_channels(settings.desks)
    found = []
    for name, config in destinations(settings).items():
        module = f"desks.{getattr(config, 'kind', '')}"
        try:
            build_desk = import_module(module).build
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            raise SettingsError(f"this installation has no {module}; remove [desks.{name}] or install it") from None
        gate = Gate(config.per_minute, clock)
        found.append(Destination(desk=build_desk(name, config, clock), config=config, gate=gate))
    return found


def build_directory(settings: Settings) -> Directory:
    """Who is on file, with the contacts that a code can reach; SettingsError tells what is wrong with the file."""
    from handover.people.directory import ContactKind, FileDirectory, NoDirectory, Reachable

    path = settings.verification.directory
    ways = {ContactKind(kind) for config in destinations(settings).values() for kind in config.contacts}
    return Reachable(FileDirectory(path), ways) if path else NoDirectory()


def destinations(settings: Settings) -> dict[str, DeskConfig]:
    """The tables `[desks.NAME]`, and what `[verification]` sets for one-time codes as destinations of their own.

    Their names have a dot, which no table's name has.
    """
    from base64 import b64encode
    from hashlib import sha256

    from pydantic import SecretStr

    from desks.config import CODES, MailConfig, WebhookConfig
    from desks.kit.signatures import key_of

    found: dict[str, DeskConfig] = dict(settings.desks)
    mail, secret = settings.verification.mail, settings.verification.webhook_secret
    if mail is not None:
        found["verification.mail"] = MailConfig(
            kind="email", host=mail.host, port=mail.port, sender=mail.sender, user=mail.user,
            password=mail.password if mail.user else None, tls="starttls" if mail.starttls else "none", jobs=CODES,
        )  # fmt: skip
    if secret is not None:
        try:
            key = key_of(secret.get_secret_value())
        except ValueError:
            raise SettingsError("verification.webhook_secret is not whsec_ and Base64; make a new one") from None
        # HMAC takes the digest of a key that is longer than its block (RFC 2104, 2): the signatures stay the same.
        short = key if len(key) <= 64 else sha256(key).digest()
        signing = SecretStr("whsec_" + b64encode(short).decode())
        found["verification.webhook"] = WebhookConfig(kind="webhook", secrets=(signing,), jobs=CODES)
    return found


def warm(engine: Engine) -> None:
    """Judges a few messages that are thrown away: what is compiled lazily is compiled before a customer waits for it.

    None of these calls raises, and none is recorded.
    """
    from triggers.assessment import Circumstances, Message

    for text in WARMING:
        message, nothing = Message(text=text), Circumstances()
        engine.redact(text)
        engine.language_of(text)
        engine.evaluate(message, nothing)
        engine.smalltalk(text)
        engine.offer_answer(text)
        engine.screen(text)
        engine.judge_answer(nothing, message)


def load_policy(name: str) -> LoadedPolicy:
    """A ready pack by its name, or a policy file by its path; PolicyError lists what is wrong with it."""
    from policy.loader import load_file, load_pack, pack_names

    if name in pack_names():
        return load_pack(name)
    if "/" in name or name.endswith((".yaml", ".yml")) or Path(name).exists():
        return load_file(Path(name))
    return load_pack(name)


def active_policy(name: str) -> LoadedPolicy:
    """A policy that may decide: loaded, linted, and all its vectors pass. PolicyError otherwise."""
    from policy.linter import require_safe
    from triggers.vectors import activate

    loaded = load_policy(name)
    require_safe(loaded)
    activate(loaded)
    return loaded


def activate(system: System, settings: Settings, name: str) -> LoadedPolicy:
    """Puts a policy in force on a running Handrail. PolicyError lists what is wrong, and the active one stays.

    SettingsError where the policy names somebody as another person's id is spelt, or keeps originals without a key.
    """
    from app.originals import require_key
    from policy.persons import require_distinct

    policy = active_policy(name)
    require_distinct(_people(settings, policy))
    require_key(settings, policy)
    system.activate(policy)
    return policy


def usages(settings: Settings) -> dict[str, Usage]:
    """What is counted of the configured model, by what it is used for; nothing where there is none."""
    from models.usage import Prices, Usage

    prices = Prices(asked=settings.model.price_asked, answered=settings.model.price_answered)
    uses = ("assistant", "classifier", "summary") if settings.assistant == "openai" else ()
    gateway = {"gateway": Usage()} if settings.gateway.upstream else {}
    return {use: Usage(prices) for use in uses} | gateway


def build_assistant(
    settings: Settings, policy: LoadedPolicy, usage: Mapping[str, Usage] | None = None, *, learned: bool = False
) -> Assistant:
    """The assistant the settings name; whatever it is, the articles decide how far it is trusted."""
    knowledge = build_knowledge(settings.knowledge, policy)
    if settings.meaning and learned:
        knowledge.learn()
    elif settings.meaning:
        Thread(target=knowledge.learn, name="meanings", daemon=True).start()
    own = _own_assistant(settings, knowledge, usage or {})
    if not settings.gateway.upstream:
        return own
    from assistants.upstream import Routed, UpstreamAssistant
    from models.chat import ChatEndpoint

    given = settings.gateway
    key = given.api_key.get_secret_value() if given.api_key else ""
    endpoint = ChatEndpoint(base_url=given.upstream, api_key=key, usage=(usage or {}).get("gateway"))
    endpoint.connect()
    deadline_s = given.deadline.delta.total_seconds() if given.deadline else None
    upstream = UpstreamAssistant(endpoint, knowledge, model=given.model, tools=given.tools, deadline_s=deadline_s)
    return Routed(own, upstream)


def _own_assistant(settings: Settings, knowledge: KnowledgeBase, usage: Mapping[str, Usage]) -> Assistant:
    """The assistant of everything that does not come through the gateway."""
    if settings.assistant == "runnable":
        from assistants.runnable import RunnableAssistant, load_runnable

        path = str(settings.runnable)
        return RunnableAssistant(load_runnable(path), knowledge, name=path)
    if settings.assistant == "openai":
        from assistants.openai_compatible import OpenAICompatible

        return OpenAICompatible(build_model(settings, usage.get("assistant")), knowledge)
    return knowledge


def build_model(settings: Settings, usage: Usage | None = None) -> Model:
    """The configured model, connected: its client takes two seconds to load, which no customer should wait for."""
    from models.own_deadline import ModelWithDeadline
    from models.port import OpenAIModel

    given = settings.model
    key = given.api_key.get_secret_value() if given.api_key else NO_KEY
    model = OpenAIModel(base_url=given.base_url, model=given.name, api_key=key, method=given.method, usage=usage)
    model.connect()
    return model if given.deadline is None else ModelWithDeadline(model, given.deadline.delta.total_seconds())


def build_knowledge(name: str, policy: LoadedPolicy) -> KnowledgeBase:
    """The embedded assistant over a demo knowledge base by its name, or over any directory of Markdown.

    The articles are read here: SettingsError tells what is wrong with them before a customer could find out. Their
    vectors are not made yet: until `learn` has run they are found by words alone.
    """
    from assistants.knowledge_base import KnowledgeBase

    directory, answer_from = knowledge_directory(name), policy.policy.answers.confidence
    knowledge = KnowledgeBase(directory, answer_from=answer_from, encoder=build_encoder)
    knowledge.load()
    return knowledge


def build_encoder() -> Encoder | None:
    """The shipped encoder that compares texts; None, with a warning, where it is missing."""
    from encoder.encoder import shared

    return shared()


def knowledge_directory(name: str) -> Path:
    """Where the articles are; SettingsError names the demo ones when it is not there."""
    directory = Path(name)
    shipped = KNOWLEDGE / name
    if "/" not in name and shipped.is_dir():
        return shipped
    if not directory.is_dir():
        names = ", ".join(sorted(path.name for path in KNOWLEDGE.iterdir() if path.is_dir()))
        raise SettingsError(f"knowledge {name!r} is no directory; name one with Markdown articles, or one of {names}")
    return directory


def build_classifier(settings: Settings, usage: Mapping[str, Usage] | None = None) -> TopicClassifier | None:
    """The LLM classifier beside the draft, when a model is configured; it asks once for each message and topics."""
    if settings.assistant != "openai":
        return None
    from triggers.llm import ModelClassifier
    from triggers.remembered import RememberingClassifier

    counted = (usage or {}).get("classifier")
    asked = ModelClassifier(build_model(settings, counted))
    return RememberingClassifier(asked, asked.judge, counted)


def build_recogniser() -> MeaningRecogniser:
    """The shipped recogniser; by words alone, with a warning, where the encoder is missing."""
    from recognition.recogniser import shipped

    return shipped()


def build_replies() -> ReplyReader:
    """The shipped reader of replies, which screens drafts beside the policy's filters."""
    from recognition.replies import shipped

    return shipped()


def build_summariser(settings: Settings, usage: Mapping[str, Usage] | None = None) -> SummaryWriter | None:
    """Who writes the summaries of packets, when a model is configured; else they stay extractive."""
    if settings.assistant != "openai":
        return None
    from handover.packet.model_summary import SummaryWriter

    return SummaryWriter(build_model(settings, (usage or {}).get("summary")))


def _make_directory(settings: Settings) -> None:
    if settings.database_url is not None:
        return
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"data_dir {str(settings.data_dir)!r} cannot be made ({error.strerror}); "
            "set HANDRAIL_DATA_DIR or data_dir to a directory you may write"
        ) from None
