"""Slack with a bot token: a card in a channel, changed when somebody has claimed, with a button that claims.

Nothing of the customer's is shown there. Slack answers HTTP 200 for most failures and says in the body what it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from desks.config import SlackConfig, check_jobs, holder, known_as
from desks.kit.http import Answer, Web, retry_after, settled
from desks.port import Ambiguous, Delivered, Hint, Job, JsonObject, News, Outcome, Rejected, Request, RetryAfter, Task
from desks.slack.cards import EVENT_TYPE, blocks, fallback_text
from desks.slack.clicks import verified_click
from states.clock import Clock
from states.errors import DependencyFault, SettingsError
from states.vocabulary import STAFF

POST, UPDATE, WHISPER = "/chat.postMessage", "/chat.update", "/chat.postEphemeral"
HISTORY, REPLIES = "/conversations.history", "/conversations.replies"
JOBS = frozenset({Job.ANNOUNCE, Job.PAGE})
_CHANGING = frozenset({News.CLAIMED, News.RELEASED, News.CLOSED})
"""What changes the card that is there; other news of the same handover are said in its thread."""
_PAGES, _PAGE_SIZE = 3, 200
"""How far back a card is looked for."""
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{6,}")
_FORM = {"content-type": "application/x-www-form-urlencoded"}

LATER = frozenset(
    {
        "ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "request_timeout",
        "team_added_to_org", "org_login_required",
    }
)  # fmt: skip
"""Slack did nothing, and may do it later."""
NEVER = frozenset(
    {
        "channel_not_found", "not_in_channel", "is_archived", "no_text", "msg_too_long", "msg_blocks_too_long",
        "invalid_blocks", "invalid_blocks_format", "invalid_metadata_format", "invalid_metadata_schema",
        "metadata_too_large", "metadata_must_be_sent_from_app", "too_many_attachments", "restricted_action",
        "restricted_action_read_only_channel", "restricted_action_thread_locked", "duplicate_channel_not_found",
        "message_not_found", "thread_not_found", "cannot_reply_to_message", "cant_update_message",
        "edit_window_closed", "user_not_found", "user_not_in_channel", "not_authed", "invalid_auth", "access_denied",
        "account_inactive", "token_revoked", "token_expired", "no_permission", "missing_scope",
        "not_allowed_token_type", "ekm_access_denied", "enterprise_is_restricted", "team_access_not_granted",
        "two_factor_setup_required", "deprecated_endpoint", "method_deprecated", "invalid_arguments",
        "invalid_arg_name", "invalid_array_arg", "invalid_charset", "invalid_form_data", "invalid_json",
        "invalid_post_type", "json_not_object", "missing_post_type", "missing_charset", "superfluous_charset",
        "upgrade_required", "as_user_not_supported", "messages_tab_disabled", "slack_connect_file_link_sharing_blocked",
    }
)  # fmt: skip
"""Slack did nothing, and will not: the app, the channel or the message is not as it must be."""


@dataclass(frozen=True, kw_only=True)
class Slack:
    """One channel. `ref` is `channel:ts` of the card."""

    name: str
    jobs: frozenset[Job]
    clock: Clock
    channel: str
    agents: Mapping[str, str]
    web: Web = field(repr=False)
    signing_secrets: tuple[str, ...] = field(default=(), repr=False)

    def prepare(self, task: Task, ref: str) -> Request:
        """A new card; said in the thread of the card there is; or that card changed."""
        channel, ts = _split(ref) if ref else (self.channel, "")
        changing = task.news in _CHANGING and bool(ts)
        body: JsonObject = {
            "channel": channel,
            "text": fallback_text(task),
            "blocks": blocks(task, clickable=bool(self.signing_secrets), claimer=self._claimer(task)),
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"marker": task.marker}},
        }
        if changing:
            body["ts"] = ts
        else:
            body |= {"unfurl_links": False, "unfurl_media": False}
            # In a thread alone only those who follow it would see that nobody has claimed.
            body |= {"thread_ts": ts, "reply_broadcast": True} if ts else {}
        path = UPDATE if changing else POST
        return Request(job=task.job, key=task.key, marker=task.marker, ref=ref, path=path, body=body)

    def _claimer(self, task: Task) -> str:
        """The Slack user who has claimed, if the settings know one."""
        return known_as(dict(self.agents), self.name, task.author_role, task.author)

    def send(self, request: Request) -> Outcome:
        """One attempt. The answer keeps the first card's reference, whatever is said in its thread."""
        answer = self._said(self.web.call(request.method, request.path, body=request.body))
        if not isinstance(answer, Answer):
            return answer
        channel, ts = answer.object.get("channel"), answer.object.get("ts")
        if not isinstance(channel, str) or not isinstance(ts, str):
            return Ambiguous(code="no_timestamp")
        return _delivered(channel, ts, request)

    def _said(self, answer: Answer | RetryAfter | Ambiguous) -> Answer | Outcome:
        """An answer with `ok: true`, or what Slack's code for the failure means."""
        known = settled(answer, self.clock.now())
        if not isinstance(known, Answer):
            return known
        said = known.object
        if said.get("ok") is True:
            return known
        code = said.get("error")
        if code in LATER:
            return RetryAfter(seconds=retry_after(known.headers, self.clock.now()), code=code)
        if code in NEVER:
            return Rejected(code=code)
        # internal_error and fatal_error may come after part of the work was done; of an unknown code nobody knows.
        return Ambiguous(code=code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,60}", code) else "no_answer")

    def find(self, request: Request) -> Delivered | None:
        """The message that carries the marker.

        None also for a change of a card, which does no harm twice, and where the app may not read the channel: a
        second card does less harm than none.
        """
        if request.path == UPDATE:
            return None
        channel, parent = _split(request.ref) if request.ref else (self.channel, "")
        asked = {"channel": channel, "limit": str(_PAGE_SIZE), "include_all_metadata": "true"}
        path = REPLIES if parent else HISTORY
        asked |= {"ts": parent} if parent else {}
        for _ in range(_PAGES):
            page = self._said(self.web.call("POST", path, content=urlencode(asked).encode(), headers=_FORM))
            if isinstance(page, Rejected) and page.code == "missing_scope":
                return None
            if not isinstance(page, Answer):
                raise DependencyFault("unreadable", f"Slack ({self.name}) does not show its channel ({page})")
            for message in page.object.get("messages") or ():
                if _marker(message) == request.marker:
                    return _delivered(channel, str(message.get("ts")), request)
            cursor = (page.object.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
            asked["cursor"] = str(cursor)
        return None

    def ping(self) -> str:
        """Who the token is; whether it may post is only known by posting."""
        answer = self._said(self.web.call("POST", "/auth.test"))
        if not isinstance(answer, Answer):
            raise DependencyFault("refused", f"Slack ({self.name}) does not take the token ({answer})")
        return f"{self.name}: Slack takes the token"

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
        """The click that a signed request tells of; BadSignature for every other request."""
        return verified_click(self.signing_secrets, headers, body, now)

    def whisper(self, actor: str, text: str) -> Outcome:
        """Tells whoever clicked. Slack takes no message in the answer to a click, so it is a call of its own."""
        body = {"channel": self.channel, "user": actor, "text": text}
        answer = self._said(self.web.call("POST", WHISPER, body=body))
        return Delivered(ref=actor) if isinstance(answer, Answer) else answer


def _split(ref: str) -> tuple[str, str]:
    channel, _, ts = ref.partition(":")
    return channel, ts


def _delivered(channel: str, ts: str, request: Request) -> Delivered:
    return Delivered(ref=request.ref or f"{channel}:{ts}", more={"channel": channel, "ts": ts})


def _marker(message: object) -> object:
    """The marker in a message's metadata, if it is one of ours."""
    metadata = message.get("metadata") if isinstance(message, dict) else None
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload")
    return payload.get("marker") if isinstance(payload, dict) else None


def build(name: str, config: SlackConfig, clock: Clock) -> Slack:
    """The destination that the settings describe. SettingsError for what cannot work."""
    if not _CHANNEL.fullmatch(config.channel):
        raise SettingsError(
            f"desk {name!r}: channel {config.channel!r} is no channel id; copy the id (C...) from the channel's details"
        )
    secrets = tuple(secret.get_secret_value().strip() for secret in config.signing_secrets)
    if not all(secrets):
        raise SettingsError(f"desk {name!r}: a signing secret is empty; copy it from the app's basic information")
    _check_agents(name, config)
    token = config.token.get_secret_value().strip()
    return Slack(
        name=name,
        jobs=check_jobs(name, "Slack", config.jobs, JOBS),
        clock=clock,
        channel=config.channel,
        agents=dict(config.agents),
        web=Web(
            base_url=config.base_url.rstrip("/"),
            headers={"authorization": f"Bearer {token}"},
            deadline_s=config.deadline_s,
        ),
        signing_secrets=secrets,
    )


def _check_agents(name: str, config: SlackConfig) -> None:
    for user, here in config.agents.items():
        try:
            known = holder(config.agents, user)
        except ValueError:
            known = None
        if known is None or known[0] not in STAFF:
            raise SettingsError(
                f"desk {name!r}: agents.{user} = {here!r} is nobody who may claim; "
                f"write role/id with a role of {', '.join(STAFF)}"
            )
