"""The reference of the API as one page, made from its OpenAPI: no script, nothing from elsewhere, a strict policy."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

Json = Mapping[str, Any]

reference = APIRouter(include_in_schema=False)
STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; display: grid; grid-template-columns: 20rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem; border-right: 1px solid var(--line); }
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; } nav h2 { font-size: 1rem; margin: 0; }
nav a { display: block; padding: .1rem 0; overflow-wrap: anywhere; font-size: .875rem; }
main { padding: 1rem 2rem 4rem; max-width: 60rem; min-width: 0; }
article { border-top: 1px solid var(--line); padding: .5rem 0 1.5rem; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; } h3 code { font-size: 1rem; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .75rem; overflow: auto; border-radius: .25rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid var(--soft); }
td, th { overflow-wrap: break-word; } td:first-child { white-space: nowrap; } .scroll { overflow-x: auto; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border: 0; } }
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
UNSAID = "Successful Response"
"""What FastAPI writes where nobody has described an answer."""
METHODS = ("get", "put", "post", "patch", "delete")
BOUNDS = {
    "minimum": "≥ {}", "maximum": "≤ {}", "exclusiveMinimum": "> {}", "exclusiveMaximum": "< {}",
    "minLength": "at least {} characters", "maxLength": "at most {} characters", "minItems": "at least {}",
    "maxItems": "at most {}", "default": "default {}",
}  # fmt: skip


@reference.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The page."""
    return HTMLResponse(page(request.app.openapi()), headers=HEADERS)


def page(spec: Json) -> str:
    """The whole page of an OpenAPI 3.1 document."""
    schemas: Json = spec.get("components", {}).get("schemas", {})
    tags: dict[str, list[tuple[str, str, Json]]] = {}
    for path, methods in spec["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                tags.setdefault((operation.get("tags") or ["other"])[0], []).append((method, path, operation))
    title = escape(f"{spec['info']['title']} {spec['info']['version']}: API")
    body = "".join(
        f"<section><h2>{escape(tag)}</h2>{''.join(_operation(*one) for one in found)}</section>"
        for tag, found in tags.items()
    )
    shapes = "".join(_schema(name, schema) for name, schema in sorted(schemas.items()))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f'<body><nav aria-label="Contents">{_contents(tags, schemas)}</nav><main><h1>{title}</h1>'
        f"<p>{_text(spec['info'].get('description', ''))}</p>"
        f'<p>The same for programs: <a href="/openapi.json">/openapi.json</a>.</p>{body}'
        f"<section><h2>Bodies</h2>{shapes}</section></main></body></html>"
    )


def _contents(tags: Mapping[str, list[tuple[str, str, Json]]], schemas: Iterable[str]) -> str:
    for_tags = {
        tag: [(one["operationId"], f"{method.upper()} {path}") for method, path, one in found]
        for tag, found in tags.items()
    }
    shown = {**for_tags, "Bodies": [(_anchor(name), name) for name in sorted(schemas)]}
    return "".join(
        f"<h2>{escape(title)}</h2><ul>"
        + "".join(f'<li><a href="#{escape(to)}">{escape(text)}</a></li>' for to, text in links)
        + "</ul>"
        for title, links in shown.items()
    )


def _operation(method: str, path: str, operation: Json) -> str:
    parts = [
        f'<article id="{escape(operation["operationId"])}"><h3><code>{method.upper()} {escape(path)}</code></h3>',
        f"<p>{_text(operation.get('description', ''))}</p>",
        _table(
            "Parameters",
            ("name", "in", "type", "meaning"),
            (
                (_code(one["name"]) + _needed(one.get("required")), one["in"], _type(one.get("schema", {})),
                 _text(one.get("description", "")))
                for one in operation.get("parameters", ())
            ),
        ),
    ]  # fmt: skip
    for content in operation.get("requestBody", {}).get("content", {}).values():
        parts.append(f"<p>Body: {_type(content.get('schema', {}))}</p>")
    parts.append(
        _table(
            "Answers", ("status", "body", "meaning"), map(_answer, *zip(*operation["responses"].items(), strict=True))
        )
    )
    return "".join([*parts, "</article>"])


def _answer(status: str, answer: Json) -> tuple[str, str, str]:
    bodies = (_type(one.get("schema", {})) for one in answer.get("content", {}).values())
    meaning = answer.get("description", "")
    return _code(status), ", ".join(filter(None, bodies)), _text("" if meaning == UNSAID else meaning)


def _schema(name: str, schema: Json) -> str:
    required = schema.get("required", ())
    fields = (
        (_code(field) + _needed(field in required), _type(shape), _text(shape.get("description", "")))
        for field, shape in schema.get("properties", {}).items()
    )
    examples = "".join(
        f"<pre>{escape(json.dumps(one, indent=2, ensure_ascii=False))}</pre>" for one in schema.get("examples", ())
    )
    values = "" if "properties" in schema else f"<p>{_type(schema)}</p>"
    return (
        f'<article id="{_anchor(name)}"><h3><code>{escape(name)}</code></h3>'
        f"<p>{_text(schema.get('description', ''))}</p>{values}"
        f"{_table('Fields', ('name', 'type', 'meaning'), fields)}{examples}</article>"
    )


def _type(schema: Json) -> str:
    """The type in a few words, with links to what is described below."""
    told = "".join(f", {escape(how.format(_value(schema[key])))}" for key, how in BOUNDS.items() if key in schema)
    return _kind(schema) + told + (f", like {_code(schema['pattern'])}" if "pattern" in schema else "")


def _kind(schema: Json) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{_anchor(name)}"><code>{escape(name)}</code></a>'
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(_type(one) for one in schema[several]))
    if "const" in schema or "enum" in schema:
        return ", ".join(_code(_value(one)) for one in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"table of {_type(schema['additionalProperties'])}"
    known = schema.get("format") or schema.get("type") or "anything"
    return escape(str(known))


def _table(caption: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    whole = f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}">{whole}</div>' if lines else ""


def _text(text: str) -> str:
    """Words as they stand in a docstring: what is between backticks is code."""
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    for number, piece in enumerate(text.split("`")):
        yield _code(piece) if number % 2 else escape(piece)


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _needed(required: object) -> str:
    return " (needed)" if required else ""


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | None) else str(value)


def _anchor(name: str) -> str:
    return escape(f"body-{name}")
