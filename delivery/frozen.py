"""Tasks and requests as rows keep them, and back: what is frozen today must be read by tomorrow's version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from desks.port import Card, Job, News, Request, Task


def task_json(task: Task) -> dict[str, Any]:
    """The task as plain JSON values."""
    found = asdict(task)
    found["job"], found["news"] = task.job.value, task.news.value
    found["at"] = task.at.isoformat() if task.at else None
    found["card"]["claim_due_at"] = task.card.claim_due_at.isoformat()
    return found


def task_from(kept: Mapping[str, Any]) -> Task:
    """The task that `task_json` kept."""
    card = dict(kept["card"])
    card["claim_due_at"] = datetime.fromisoformat(card["claim_due_at"])
    at = datetime.fromisoformat(kept["at"]) if kept.get("at") else None
    news = News(kept.get("news", News.OPENED))
    return Task(**{**kept, "job": Job(kept["job"]), "card": Card(**card), "news": news, "at": at})


def request_json(request: Request) -> dict[str, Any]:
    """The request as plain JSON values."""
    return {**asdict(request), "job": request.job.value}


def request_from(kept: Mapping[str, Any]) -> Request:
    """The request that `request_json` kept."""
    return Request(**{**kept, "job": Job(kept["job"])})
