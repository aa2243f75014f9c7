"""What an operator sets for each destination: one table `[desks.NAME]` with a `kind`, checked before anything starts.

Only forms stand here; the modules that talk to a system are loaded when one of its kind is set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from desks.port import TO_CUSTOMERS, Job
from states.errors import SettingsError
from states.vocabulary import Role

Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
ANNOUNCING = (Job.ANNOUNCE,)
TICKETING = (
    Job.OPEN, Job.NOTE, Job.REPLY, Job.CUSTOMER_MESSAGE, Job.URGENCY, Job.CLAIM, Job.RELEASE, Job.CLOSE,
)  # fmt: skip
PAGING = (Job.PAGE, Job.QUIET)
CODES = (Job.CODE,)


def _listed(value: object) -> object:
    """One secret or several: two are valid at once while one is being replaced."""
    return [value] if isinstance(value, str) else value


Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_listed), Field(max_length=2)]


class DeskConfig(BaseModel):
    """What every destination has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    teams: tuple[str, ...] = Field(default=(), description="only handovers of these teams; empty: of all")
    fallback: str | None = Field(default=None, description="another destination that takes over after give_up_after")
    give_up_after: Annotated[int, Field(ge=1, le=100)] = Field(
        default=8, description="attempts until a step is dead, and its fallback is used"
    )
    deadline_s: Annotated[float, Field(gt=0, le=30)] = 8.0
    per_minute: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=60, description="calls a minute at most, of one worker"
    )

    @property
    def contacts(self) -> frozenset[str]:
        """The kinds of contact that it reaches with one-time codes."""
        return frozenset()


class TicketConfig(DeskConfig):
    """What every ticket system has."""

    agents: dict[str, str] = Field(
        default={}, description="the system's name of a person → role/id here; others are frontline agents"
    )
    poll_s: Annotated[float, Field(ge=1, le=3600)] = Field(
        default=30.0, description="how often changes are read, whether webhooks come or not"
    )
    stale_after_s: Annotated[float, Field(ge=10, le=86_400)] = Field(
        default=300.0, description="changes, or a ticket that changed, unread for longer than this are a fault"
    )
    updates_per_ticket: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=25, description="our own writes to one ticket in ten minutes, against loops between systems"
    )

    @property
    def jobs(self) -> tuple[Job, ...]:
        """What it is given."""
        return TICKETING


class RequestTrackerConfig(TicketConfig):
    """Request Tracker 5 over REST2."""

    kind: Literal["request_tracker"]
    base_url: Url = Field(description="without /REST/2.0")
    user: str
    password: SecretStr | None = None
    token: SecretStr | None = Field(default=None, description="an auth token instead of the password")
    queue: str
    webhook_secrets: Secrets = ()


class ZendeskConfig(TicketConfig):
    """Zendesk Support v2."""

    kind: Literal["zendesk"]
    base_url: Url = Field(description="https://SUBDOMAIN.zendesk.com")
    user: str = Field(description="the e-mail address of the integration's agent")
    token: SecretStr
    actor_id: str = Field(default="", description="the id of that agent; its own changes are echoes")
    group_id: int | None = None
    requester_email_domain: str = "customers.invalid"
    webhook_secrets: Secrets = ()


class FreshdeskConfig(TicketConfig):
    """Freshdesk v2."""

    kind: Literal["freshdesk"]
    base_url: Url = Field(description="https://DOMAIN.freshdesk.com")
    api_key: SecretStr
    actor_id: str = Field(default="", description="the id of the key's agent; its own changes are echoes")
    group_id: int | None = None
    key_field: str = "cf_handover_key"
    requester_email_domain: str = "customers.invalid"
    webhook_secrets: Secrets = Field(default=(), description="Freshdesk signs nothing: a long secret in a header")


class ServiceNowConfig(TicketConfig):
    """ServiceNow's Table API."""

    kind: Literal["servicenow"]
    base_url: Url = Field(description="https://INSTANCE.service-now.com")
    user: str
    password: SecretStr
    table: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "incident"
    assignment_group: str = Field(default="", description="the sys_id of the group")
    close_code: str = Field(default="Solution provided", description="a resolution code of the instance")
    agent_roles: tuple[Annotated[str, Field(pattern=r"^[a-z0-9_.]+$")], ...] = Field(
        default=("itil", "admin"), description="whoever has one of these roles there works there"
    )


class SlackConfig(DeskConfig):
    """Slack with a bot token."""

    kind: Literal["slack"]
    base_url: Url = "https://slack.com/api"
    token: SecretStr
    channel: str = Field(description="the channel's id, C...; not its name")
    signing_secrets: Secrets = Field(default=(), description="of the app, for the claim button; none: a link instead")
    agents: dict[str, str] = Field(default={}, description="Slack user id → role/id here; others may not claim")
    jobs: tuple[Job, ...] = ANNOUNCING


class TeamsConfig(DeskConfig):
    """Microsoft Teams by a Power Automate workflow. Never the only channel: a 202 says accepted, not shown."""

    kind: Literal["teams"]
    url: SecretStr
    hosts: tuple[str, ...] = Field(
        default=(".logic.azure.com", ".api.powerplatform.com"), description="ends of host names that are accepted"
    )
    jobs: tuple[Job, ...] = ANNOUNCING


class PagerDutyConfig(DeskConfig):
    """PagerDuty Events v2."""

    kind: Literal["pagerduty"]
    base_url: Url = "https://events.pagerduty.com"
    routing_key: SecretStr
    on_claim: Literal["resolve", "acknowledge"] = Field(
        default="resolve",
        description="what becomes of a page when somebody claims; it is resolved at the latest by the end",
    )
    jobs: tuple[Job, ...] = PAGING


class MailConfig(DeskConfig):
    """E-mail by SMTP."""

    kind: Literal["email"]
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    user: str = ""
    password: SecretStr | None = None
    sender: str
    to: tuple[str, ...] = Field(default=(), description="who is told; needed for every job but `code`")
    jobs: tuple[Job, ...] = (*ANNOUNCING, Job.PAGE)

    @property
    def contacts(self) -> frozenset[str]:
        """Addresses of e-mail."""
        return frozenset({"email"}) if Job.CODE in self.jobs else frozenset()


class WebhookConfig(DeskConfig):
    """Our own events to anybody, signed by Standard Webhooks 1.0."""

    kind: Literal["webhook"]
    url: SecretStr | None = Field(default=None, description="the receiver; needed for every job but `code`")
    secrets: Annotated[Secrets, Field(min_length=1)]
    jobs: tuple[Job, ...] = ANNOUNCING
    with_packet: bool = Field(default=False, description="send the whole packet; only inside one's own walls")

    @property
    def contacts(self) -> frozenset[str]:
        """Webhooks."""
        return frozenset({"webhook"}) if Job.CODE in self.jobs else frozenset()


class MemoryConfig(TicketConfig):
    """A desk in this process's memory, for demonstrations and tests."""

    kind: Literal["memory"]
    webhook_secrets: Secrets = ()


AnyDesk = Annotated[
    RequestTrackerConfig
    | ZendeskConfig
    | FreshdeskConfig
    | ServiceNowConfig
    | SlackConfig
    | TeamsConfig
    | PagerDutyConfig
    | MailConfig
    | WebhookConfig
    | MemoryConfig,
    Field(discriminator="kind"),
]


def holder(agents: dict[str, str], name: str) -> tuple[Role, str] | None:
    """The role and id that the settings give to a system's name; None if they name none."""
    role, _, holder_id = agents.get(name, "").partition("/")
    return (Role(role), holder_id) if holder_id else None


def check_channels(desks: Mapping[str, DeskConfig]) -> None:
    """SettingsError if nothing but Teams tells people of a handover: it accepts cards that nobody ever sees."""
    telling = {name: desk for name, desk in desks.items() if set(getattr(desk, "jobs", ())) - TO_CUSTOMERS}
    if telling and all(isinstance(desk, TeamsConfig) for desk in telling.values()):
        raise SettingsError(
            f"Teams is the only destination ({', '.join(telling)}), and it does not say whether a card was shown; "
            "add another one, e-mail or a ticket system for example"
        )


def check_jobs(name: str, system: str, wanted: Iterable[Job], able: Iterable[Job]) -> frozenset[Job]:
    """The jobs that the settings want of a destination; SettingsError if it cannot do one of them."""
    able = sorted(able)
    unable = [job.value for job in wanted if job not in able]
    if unable:
        raise SettingsError(f"desk {name!r}: {system} cannot do {', '.join(unable)}; jobs may be {', '.join(able)}")
    return frozenset(wanted)


def known_as(agents: dict[str, str], destination: str, role: str, holder_id: str) -> str:
    """The system's name of a holder here, the way back from `holder`; empty if it knows none.

    A person the settings do not name is called `DESTINATION:NAME` here.
    """
    for name, given in agents.items():
        if given == f"{role}/{holder_id}":
            return name
    own, _, name = holder_id.partition(":")
    return name if own == destination else ""


def fresh_s(config: DeskConfig) -> float:
    """How long changes of a destination may stay unread: as it is set, and never less than three polls."""
    return max(config.stale_after_s, 3 * config.poll_s) if isinstance(config, TicketConfig) else 0.0
