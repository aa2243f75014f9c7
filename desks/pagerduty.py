"""PagerDuty by Events v2: wakes somebody when nobody claims, and lets them sleep again once somebody has.

The handover's id is the `dedup_key`, so that PagerDuty itself folds a page that is sent twice into one.
Source: PagerDuty's own description of the Events API v2 (`PagerDuty/api-schema`, reference/events-v2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from desks.config import PagerDutyConfig, check_jobs
from desks.kit.http import Answer, Web, settled
from desks.kit.text import facts, headline, link
from desks.port import Delivered, Job, JsonObject, News, Outcome, Request, Task
from states.clock import Clock
from states.errors import DependencyFault, SettingsError

PATH = "/v2/enqueue"
KEY_LENGTH = 32
JOBS = frozenset({Job.PAGE, Job.QUIET})
SEVERITIES: Mapping[str, str] = {"critical": "critical", "high": "error", "normal": "warning", "low": "info"}
_FIELDS = (
    "routing_key",
    "event_action",
    "dedup_key",
    "payload",
    "summary",
    "source",
    "severity",
    "links",
    "client_url",
)
"""What PagerDuty may complain of; only these names are taken from its answer, never its words."""


@dataclass(frozen=True, kw_only=True)
class PagerDuty:
    """One integration of a PagerDuty service."""

    name: str
    jobs: frozenset[Job]
    clock: Clock
    web: Web = field(repr=False)
    routing_key: str = field(repr=False)
    on_claim: str = "resolve"

    def prepare(self, task: Task, ref: str) -> Request:
        """An event; only a trigger carries what happened."""
        action = "trigger" if task.job is Job.PAGE else self._quieting(task)
        body: JsonObject = {"event_action": action, "dedup_key": task.key}
        if action == "trigger":
            body |= _alert(task)
        return Request(job=task.job, key=task.key, marker=task.marker, ref=ref, path=PATH, body=body)

    def _quieting(self, task: Task) -> str:
        """A claim may leave the page acknowledged; every other end resolves it."""
        return self.on_claim if task.news == News.CLAIMED else "resolve"

    def send(self, request: Request) -> Outcome:
        """One event, with the routing key that the frozen request does not hold."""
        answer = self.web.call(request.method, request.path, body={**request.body, "routing_key": self.routing_key})
        known = settled(answer, self.clock.now(), field_errors=_complaints)
        if not isinstance(known, Answer):
            return known
        return Delivered(ref=request.key)

    def find(self, request: Request) -> Delivered | None:
        """Always None: the same `dedup_key` again is the same alert, so sending again does no harm."""
        return None

    def ping(self) -> str:
        """PagerDuty has no event that does nothing, so only reaching it is tried."""
        answer = self.web.call("GET", PATH)
        if not isinstance(answer, Answer):
            raise DependencyFault("unreachable", f"PagerDuty ({self.name}) did not answer ({answer.code})")
        return f"{self.name}: PagerDuty answers; the routing key is only tried by a page"


def _alert(task: Task) -> JsonObject:
    card = task.card
    url = link(card)
    alert: JsonObject = {
        "client": "Handrail",
        "payload": {
            "summary": headline(card),
            "source": "handrail",
            "severity": SEVERITIES.get(card.severity, "critical"),
            "component": card.team,
            "class": card.reason_code,
            "custom_details": dict(facts(card)),
        },
    }
    if url:
        alert |= {"client_url": url, "links": [{"href": url, "text": "Open the case"}]}
    return alert


def _complaints(answer: Answer) -> Mapping[str, str]:
    """The fields that a refusal names; its own words might repeat a value of ours."""
    said = " ".join(str(one) for one in answer.object.get("errors", ()) if isinstance(one, str))
    return {name: "refused" for name in _FIELDS if name in said}


def build(name: str, config: PagerDutyConfig, clock: Clock) -> PagerDuty:
    """The destination that the settings describe. SettingsError if its key cannot be one."""
    key = config.routing_key.get_secret_value().strip()
    if len(key) != KEY_LENGTH or not key.isalnum() or not key.isascii():
        raise SettingsError(
            f"desk {name!r}: routing_key is no integration key of PagerDuty's ({KEY_LENGTH} letters and digits); "
            "copy it from the service's Events API v2 integration"
        )
    return PagerDuty(
        name=name,
        jobs=check_jobs(name, "PagerDuty", config.jobs, JOBS),
        clock=clock,
        web=Web(base_url=config.base_url.rstrip("/"), deadline_s=config.deadline_s),
        routing_key=key,
        on_claim=config.on_claim,
    )
