"""Markdown articles, read and cut into the passages an answer may quote word for word."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistants.lexicon import STEMMERS
from states.errors import SettingsError

MAX_BYTES = 1_000_000
"""A larger file is no article; splitting it is the owner's decision, not ours."""
PASSAGE_CHARS = 900
"""A section longer than this is cut between paragraphs."""

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A run of whole paragraphs under one heading: the unit that is found and quoted."""

    heading: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Article:
    """One Markdown file."""

    source: str
    """Path below the directory, without suffix."""
    title: str
    language: str
    keywords: tuple[str, ...]
    questions: tuple[str, ...]
    """Example questions from the front matter; may be empty."""
    passages: tuple[Passage, ...]


def read_articles(directory: Path) -> tuple[tuple[Article, ...], str]:
    """All articles below `directory` in a stable order, and a fingerprint of their bytes.

    An article's language is its front matter's `language`, else the name of its top folder (`es/`), else English.
    SettingsError names what is wrong with the directory or a file, and the remedy.
    """
    if not directory.is_dir():
        raise SettingsError(f"knowledge directory {str(directory)!r} is no directory; name a folder of Markdown files")
    digest = hashlib.sha256()
    articles = []
    for path in _markdown_files(directory):
        text = _read(path)
        source = path.relative_to(directory).with_suffix("").as_posix()
        digest.update(f"{source}\0{len(text)}\0{text}".encode())
        article = parse_article(text, source)
        if article.passages:
            articles.append(article)
    if not articles:
        raise SettingsError(f"knowledge directory {str(directory)!r} holds no Markdown text; add files ending in .md")
    return tuple(articles), digest.hexdigest()[:12]


def parse_article(text: str, source: str) -> Article:
    """One article from its Markdown; SettingsError if its front matter cannot be read."""
    matter, body = _front_matter(text.replace("\r\n", "\n").removeprefix("\ufeff"), source)
    title, passages = _passages(body)
    title = str(matter.get("title") or title or source.rsplit("/", 1)[-1].replace("-", " ").replace("_", " "))
    folder = source.split("/", 1)[0] if "/" in source else ""
    language = str(matter.get("language") or (folder if folder in STEMMERS else "en"))
    if language not in STEMMERS:
        raise SettingsError(f"article {source!r} has language {language!r}; use one of {', '.join(STEMMERS)}")
    return Article(
        source=source,
        title=title,
        language=language,
        keywords=_strings(matter, "keywords"),
        questions=_strings(matter, "questions"),
        passages=passages,
    )


def _markdown_files(directory: Path) -> list[Path]:
    try:
        found = [path for path in sorted(directory.rglob("*")) if path.suffix.lower() in (".md", ".markdown")]
    except OSError as error:
        raise SettingsError(f"knowledge directory {str(directory)!r} cannot be read ({error.strerror})") from error
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(directory).parts)]


def _read(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise SettingsError(
                f"article {str(path)!r} has {size} bytes, more than {MAX_BYTES}; split it into one file a topic"
            )
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(f"article {str(path)!r} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise SettingsError(
            f"article {str(path)!r} cannot be read ({error.strerror}); correct its permissions or remove it"
        ) from error


def _front_matter(text: str, source: str) -> tuple[dict[str, object], str]:
    matched = _FRONT_MATTER.match(text)
    if matched is None:
        return {}, text
    try:
        matter = yaml.safe_load(matched[1])
    except yaml.YAMLError as error:
        raise SettingsError(f"front matter of article {source!r} is not YAML; correct or remove it: {error}") from error
    if matter is not None and not isinstance(matter, dict):
        raise SettingsError(f"front matter of article {source!r} is no mapping; write `title: ...` or remove it")
    return matter or {}, text[matched.end() :]


def _strings(matter: dict[str, object], key: str) -> tuple[str, ...]:
    """A list of strings, or one string; anything else a foreign front matter holds is ignored."""
    value = matter.get(key)
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(str(item) for item in value if isinstance(item, str | int | float)) if isinstance(value, list) else ()


def _passages(body: str) -> tuple[str, tuple[Passage, ...]]:
    """The title (the first level-one heading) and the passages."""
    title = ""
    passages: list[Passage] = []
    for level, heading, paragraphs in _sections(body):
        if level == 1 and not title:
            title = heading
        passages += (Passage(heading=heading, text=text) for text in _chunks(paragraphs))
    return title, tuple(passages)


def _sections(body: str) -> Iterator[tuple[int, str, list[str]]]:
    """Level, heading and paragraphs of each section; a `#` inside a code fence is no heading."""
    level, heading, lines, fenced = 0, "", list[str](), False
    for line in body.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        matched = None if fenced else _HEADING.match(line)
        if matched is None:
            lines.append(line)
            continue
        yield level, heading, _paragraphs(lines)
        level, heading, lines = len(matched[1]), matched[2], []
    yield level, heading, _paragraphs(lines)


def _paragraphs(lines: list[str]) -> list[str]:
    return [part.strip("\n") for part in re.split(r"\n[ \t]*\n", "\n".join(lines)) if part.strip()]


def _chunks(paragraphs: list[str]) -> Iterator[str]:
    """Neighbouring paragraphs joined as long as they stay under PASSAGE_CHARS."""
    current = ""
    for paragraph in paragraphs:
        joined = f"{current}\n\n{paragraph}" if current else paragraph
        if current and len(joined) > PASSAGE_CHARS:
            yield current
            joined = paragraph
        current = joined
    if current:
        yield current
