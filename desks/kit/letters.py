"""The frozen part of a one-time code's sending: which code and which kind of contact, but neither code nor address."""

from __future__ import annotations

from desks.kit.text import digest
from desks.port import Request, Task


def code_request(name: str, task: Task, ref: str) -> Request:
    """The request of a CODE task at the destination `name`; `id` is the same for every attempt, and nowhere else."""
    body = {"id": digest(name, task.id, task.marker), "contact": task.contact, "counter": task.counter}
    return Request(job=task.job, key=task.key, marker=task.marker, ref=ref, body=body)
