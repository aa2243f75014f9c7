"""A backtest as one HTML page that stands by itself: what changes, for whom, why, and examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from audit.backtest.tally import Flip, Tally

BARS = 20
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6470; --line: #d8dde3; --old: #9aa7b5; --new: #2f6fb2;
  --paper: #fff; --toward: #a4420a; --away: #1d6b3a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebee; --soft: #a2abb5; --line: #3a424b; --old: #66717d;
  --new: #6fa8e0; --paper: #16191d; --toward: #f0a06c; --away: #7fcf9b; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.lead { font-size: 1.15rem; } .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; } .wide { overflow-x: auto; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; } td.n { font-variant-numeric: tabular-nums; }
code { font-size: .9em; overflow-wrap: anywhere; }
.bar { display: block; height: .55rem; margin: .15rem 0; border-radius: 2px; min-width: 1px; }
.old { background: var(--old); } .new { background: var(--new); } .toward { color: var(--toward); }
.away { color: var(--away); } q { quotes: none; }
"""


def page(about: Mapping[str, Any], tally: Tally) -> str:
    """The page. Words of customers are masked and escaped."""
    figures = tally.figures()
    return "".join((
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>Backtest of {escape(str(about['new']['name']))}</title><style>{_STYLE}</style>",
        f"<h1>Backtest of {escape(str(about['new']['name']))}</h1>", *_head(about, figures),
        *_outcomes(figures), *_quality(figures), *_loads(figures), *_reasons(figures), *_examples(tally),
    ))  # fmt: skip


def _head(about: Mapping[str, Any], figures: Mapping[str, Any]) -> Iterable[str]:
    yield f"<p class=soft>{_named(about['new'])} against {_named(about['old'])}, {_circumstances(about)}.</p>"
    rows, flipped, right = figures["rows"], figures["flipped"], figures["labelled_flips"]
    before, then = figures["old"]["handovers"], figures["new"]["handovers"]
    yield (
        f"<p class=lead><b>{flipped:,} of {rows:,} rows</b> ({_percent(flipped, rows)}) become something else. "
        f"A person has {then:,} of them instead of {before:,} ({_signed(then - before)})."
    )
    if right:
        better, worse = right.get("better", 0), right.get("worse", 0)
        yield f" Of the flips with a label {better:,} are for the better, {worse:,} for the worse."
    yield "</p>"
    if figures["bad_lines"]:
        told = "; ".join(f"line {line}, {escape(problem)}" for line, problem in figures["problems"][:5])
        yield f"<p>{figures['bad_lines']:,} lines could not be judged; the first: {told}.</p>"


def _circumstances(about: Mapping[str, Any]) -> str:
    if "conversations" in about:
        lost = sum(about["unknown_turns"].values())
        return f"{about['conversations']:,} conversations" + (f"; {lost:,} turns are not known" if lost else "")
    world = "with articles" if about["closed_world"] else "without articles: what no rule catches counts as answered"
    return f"{world}, {'with the recogniser' if about['recogniser'] else 'by words alone'}"


def _outcomes(figures: Mapping[str, Any]) -> Iterable[str]:
    old, new = figures["old"]["outcomes"], figures["new"]["outcomes"]
    yield "<h2>What becomes of the rows</h2>" + _bars(
        [(name.replace(".", ": "), old.get(name, 0), new.get(name, 0)) for name in sorted({*old, *new})]
    )


def _quality(figures: Mapping[str, Any]) -> Iterable[str]:
    rows: list[tuple[str, ...]] = [
        (f"{kind}: {name.replace('_', ' ')}", _share(figures["old"][kind][name]), _share(figures["new"][kind][name]))
        for kind in ("messages", "conversations", "replies")
        for name in figures["new"].get(kind, {})
    ]
    if "timing" in figures["new"]:
        told = (("old", figures["old"]["timing"]), ("new", figures["new"]["timing"]))
        rows += [(name, *(f"{one[name]:.3f}" for _, one in told)) for name in ("GT-I", "GT-II", "GT-III")]
        moments = sorted({name for _, one in told for name in one["moments"]})
        rows += [
            (f"conversations {name.replace('_', ' ')}", *(f"{one['moments'].get(name, 0):,}" for _, one in told))
            for name in moments
        ]
    if rows:
        yield "<h2>Against labels</h2><p class=soft>Shares with their 95 % Wilson intervals.</p>"
        yield _table(("", "before", "then"), rows)


def _loads(figures: Mapping[str, Any]) -> Iterable[str]:
    if not (figures["old"]["teams"] or figures["new"]["teams"]):
        return
    yield "<h2>Who gets how many</h2><p class=soft>By what fired, whatever the hour and whoever is there.</p>"
    for title, by in (("Team", "teams"), ("Class of deadlines", "classes")):
        old, new = figures["old"][by], figures["new"][by]
        names = sorted({*old, *new}, key=lambda name: -max(old.get(name, 0), new.get(name, 0)))
        if names:
            yield f"<h3>{title}</h3>" + _bars([(name or "none", old.get(name, 0), new.get(name, 0)) for name in names])


def _reasons(figures: Mapping[str, Any]) -> Iterable[str]:
    for title, named in (("Rules that bring rows to a person", "gained"), ("Rules that no longer do", "lost")):
        if figures[named]:
            yield f"<h2>{title}</h2>"
            yield _table(("rule", "rows"), [(name, f"{count:,}") for name, count in figures[named].items()])


def _examples(tally: Tally) -> Iterable[str]:
    if tally.examples:
        yield "<h2>Examples</h2><p class=soft>Chosen by chance, masked, cut.</p>"
    for name, count in tally.flips.most_common():
        flips = tally.examples[name]
        kind = "toward" if flips[0].toward else "away"
        yield f"<h3 class={kind}>{escape(name)} <span class=soft>{count:,}</span></h3><div class=wide><table>"
        yield "".join(map(_example, flips)) + "</table></div>"


def _example(flip: Flip) -> str:
    why = [f"+ {one}" for one in flip.gained] + [f"- {one}" for one in flip.lost]
    return (
        f"<tr><td class=n>line {flip.line}<br><code>{escape(flip.id[:60])}</code><td><q>{escape(flip.text)}</q>"
        f"<td><code>{'<br>'.join(map(escape, why))}</code>"
    )


def _bars(rows: Sequence[tuple[str, int, int]]) -> str:
    most = max((max(old, new) for _, old, new in rows), default=0) or 1
    lines = (
        f"<tr><td>{escape(name)}<td style='width:50%'>{_bar('old', old / most)}{_bar('new', new / most)}"
        f"<td class=n>{old:,}<td class=n>{new:,}<td class=n>{_signed(new - old)}"
        for name, old, new in rows[:BARS]
    )
    more = f"<tr><td colspan=5 class=soft>and {len(rows) - BARS} more" if len(rows) > BARS else ""
    head = "<tr><th><th><th class=n>before<th class=n>then<th class=n>change"
    return f"<div class=wide><table>{head}{''.join(lines)}{more}</table></div>"


def _signed(change: int) -> str:
    return f"{change:+,}" if change else "0"


def _bar(side: str, share: float) -> str:
    return f"<span class='bar {side}' style='width:{100 * share:.1f}%'></span>"


def _named(policy: Mapping[str, str]) -> str:
    return f"{escape(policy['name'])} <code>{policy['hash'][:12]}</code>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}{' class=n' if at else ''}>{escape(cell)}" for at, cell in enumerate(cells))

    return f"<div class=wide><table>{line(head, 'th')}{''.join(line(row, 'td') for row in rows)}</table></div>"


def _share(found: Mapping[str, Any]) -> str:
    if found["rate"] is None:
        return "–"
    between = f"{found['low']:.1%} – {found['high']:.1%}"
    return f"{found['rate']:.1%} ({between}), {found['hits']:,} of {found['of']:,}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "–"
