"""A channel of the Slack on this machine: the destination that writes to it, and what it really shows."""

from __future__ import annotations

import json
from typing import Any

from delivery.destinations import Destination
from delivery.pace import Gate
from desks.config import SlackConfig
from desks.slack import desk as slack
from states.clock import Clock
from tests.counterparts import nodejs

PER_MINUTE = 10_000


class Chat:
    """The channel of the handover desk."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        channels: Any = nodejs.ask(url, "conversations.list")["channels"]
        self._channel = next(one["id"] for one in channels if one["name"] == nodejs.CHANNEL_NAME)
        config = SlackConfig.model_validate(
            {"kind": "slack", "base_url": url, "token": nodejs.TOKEN, "channel": self._channel}
        )
        self._desk = slack.build("chat", config, clock)
        self.destination = Destination(desk=self._desk, config=config, gate=Gate(PER_MINUTE, clock))

    def shows(self, handover_id: str) -> str:
        """Everything the channel and the card's thread show of a handover, as Slack keeps it."""
        found = self._ask("conversations.history")
        cards = [one for one in found if handover_id in json.dumps(one)]
        threads = [reply for one in cards for reply in self._ask("conversations.replies", ts=one["ts"])]
        return json.dumps([*cards, *threads], ensure_ascii=False)

    def _ask(self, method: str, **more: str) -> list[Any]:
        found: Any = nodejs.ask(self._url, method, channel=self._channel, limit="200", **more)["messages"]
        return list(found)

    def close(self) -> None:
        """Lets go."""
        self._desk.web.client.close()
