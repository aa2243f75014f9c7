"""The report of a bundle: one HTML file that a person reads, without scripts and without anything from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from proof.exhibit import Exhibit, Part, ShownEvent, ShownMessage
from proof.heads import TreeHead

WITHHELD = "withheld in this copy"
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem;border-bottom:1px solid #d0d7de}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0}
th{font-weight:600;white-space:nowrap}ol{list-style:none;padding:0}
li{margin:.6rem 0;padding:.5rem .8rem;
border-left:4px solid #8c959f}
li.customer{border-color:#0969da;background:#f0f6ff}li.assistant{border-color:#1a7f37;background:#f1faf3}
li.agent{border-color:#9a6700;background:#fff9e8}
.meta{color:#57606a;font-size:.85rem}
.said{white-space:pre-wrap;overflow-wrap:anywhere}
code,pre{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}
pre{white-space:pre-wrap;background:#f6f8fa;padding:.7rem}
@media print{li{break-inside:avoid}details{display:block}}
"""
_HOW = """<p>Each event's hash covers the hash before it and all that the event says and wrote. The last of
them stands in a log whose head is signed. <code>handrail verify FILE</code> recomputes all of it from the bundle,
without a network and
without a database. Whether the key is that of the house is for the house to say: compare its id with the one that they
publish, or the head with one that was kept elsewhere, as in a ticket of that time.</p>"""


def report(exhibit: Exhibit, head: TreeHead, about: Mapping[str, str]) -> str:
    """The page."""
    title = f"Conversation {escape(exhibit.conversation_id)}"
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{title}</h1>",
            _table(_facts(exhibit, head, about)),
            "<h2>What happened</h2><ol>",
            *_timeline(exhibit),
            "</ol>",
            *_handovers(exhibit),
            *_journal(exhibit),
            "<h2>How this is proved</h2>",
            _HOW,
            f"<pre>{escape(head.line())}</pre></body></html>",
        ]
    )


def _facts(exhibit: Exhibit, head: TreeHead, about: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    row = _told(exhibit.row)
    yield "Copy", f"{about['copy']}, made at {about['made_at']} by {about['made_by']}"
    if row is not None:
        yield "Customer, channel", f"{row['customer'] or 'not known'}, {row['channel']}"
        yield "Began", str(row["created_at"])
    yield "State", exhibit.state
    yield "Events, messages", f"{len(exhibit.events)}, {len(exhibit.messages)}"
    yield "Policies", ", ".join(dict.fromkeys(str(one.says["policy_hash"])[:16] for one in exhibit.events)) or "none"
    yield "Hash of the last event", exhibit.head_hash
    yield "Key of the log", head.key_id
    yield "Log", f"{head.size} entries, root {head.root}"


def _table(rows: Iterator[tuple[str, str]]) -> str:
    return "<table>" + "".join(f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows) + "</table>"


def _timeline(exhibit: Exhibit) -> Iterator[str]:
    entries: list[ShownEvent | ShownMessage] = [*exhibit.events, *exhibit.messages]
    for one in sorted(entries, key=lambda entry: entry.seq):
        yield _event(one) if isinstance(one, ShownEvent) else _message(one)


def _event(event: ShownEvent) -> str:
    says, private = event.says, _told(event.private)
    data = {name: says.get(name) for name in ("actor_id", "data")} if event.private is None else private
    who = f"{says['role']} {data['actor_id']}".strip() if data else f"{says['role']}, who: {WITHHELD}"
    shown = f"<details><summary>evidence and data</summary>{_json(data['data'])}</details>" if data else ""
    return (
        f"<li><div><b>{escape(str(says['event']))}</b> · {escape(str(says['source']))} → {escape(str(says['target']))}"
        f"</div>{_meta(event.seq, says['at'], who)}{shown}</li>"
    )


def _message(message: ShownMessage) -> str:
    says, words = message.says, _told(message.words) or message.uncovered
    author, writer = str(says["author"]), _told(message.writer)
    kind = author if author in ("customer", "assistant") else "agent" if author == "agent" else ""
    text = escape(str(words["text"])) if words else f"<i>{WITHHELD}</i>"
    files = "".join(f"<li>{escape(str(one.get('name')))}</li>" for one in (words or {}).get("attachments") or ())
    who = f"{author} {(writer or {}).get('actor_id') or ''}".strip()
    return (
        f'<li class="{kind}"><div class="said">{text}</div>{f"<ul>{files}</ul>" if files else ""}'
        f"{_meta(message.seq, says['at'], who)}</li>"
    )


def _meta(seq: int, at: object, who: str) -> str:
    return f'<div class="meta">{seq} · {escape(str(at))} · {escape(who)}</div>'


def _handovers(exhibit: Exhibit) -> Iterator[str]:
    for one in exhibit.handovers:
        row = _told(one.row) or one.uncovered
        yield f"<h2>Handover {escape(one.id)}</h2>"
        if row is None:
            yield f"<p><i>{WITHHELD}</i></p>"
            continue
        names = ("reason", "severity", "team", "owner_id", "claimed_at", "closed_at", "outcome", "resolution")
        yield _table((name.replace("_", " "), str(row[name])) for name in names if row[name])
        yield f"<details><summary>packet</summary>{_json(row['packet'])}</details>"


def _journal(exhibit: Exhibit) -> Iterator[str]:
    if not exhibit.journal:
        return
    yield "<h2>Around it</h2><ol>"
    for one in exhibit.journal:
        what = _json(one["data"]) if "data" in one else f"<i>{WITHHELD}</i>"
        yield f"<li><b>{escape(str(one['kind']))}</b> {_meta(one['number'], one['at'], '')}{what}</li>"
    yield "</ol>"


def _told(part: Part | None) -> Mapping[str, Any] | None:
    return part.value if part is not None else None


def _json(value: object) -> str:
    return f"<pre>{escape(json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True))}</pre>"
