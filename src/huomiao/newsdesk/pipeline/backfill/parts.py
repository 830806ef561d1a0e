"""What a unit yields, as lines of JSON in a packed file of its own; and all of it read back."""

from __future__ import annotations

import gzip
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from huomiao.newsdesk.pipeline.article import Article, Block, Evidence, Image
from huomiao.newsdesk.pipeline.backfill.ledger import Ledger

SUFFIX = ".jsonl.gz"
_UNFINISHED = ".unfinished"
# The text is read once or twice; a better packing would cost more than it saves.
_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one page: its article, or the ``problem`` in words. ``at`` is when it was captured, aware.

    ``file``, ``offset`` and ``nth`` say which record of which archive file it is.
    """

    file: str
    offset: int
    nth: int
    url: str = ""
    at: datetime | None = None
    article: Article | None = None
    problem: str = ""


def write(folder: Path, key: str, results: Iterable[Result]) -> str:
    """Write the part of a unit; its name. It is on the disk and complete when this returns, and counts once the ledger says so.

    Every attempt has a name of its own, so that one that was given up and still runs cannot spoil its successor's.
    """
    name = f"{key}.{secrets.token_hex(4)}{SUFFIX}"
    unfinished = folder / f"{name}{_UNFINISHED}"
    with unfinished.open("wb") as out:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=out, mtime=0) as packed:
            for result in results:
                packed.write(orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE))
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(folder / name)
    return name


def results(folder: Path) -> Iterator[Result]:
    """All results of a backfill into ``folder``, each once: of what is done and proved by now, while it runs as well."""
    for done in Ledger.read(folder).proved():
        with gzip.open(folder / done.part) as lines:
            yield from map(_result, lines)


def sweep(folder: Path, keep: set[str]) -> None:
    """Remove the parts that no ledger names: what killed and abandoned workers left behind."""
    for path in folder.iterdir():
        if path.name.endswith((SUFFIX, SUFFIX + _UNFINISHED)) and path.name not in keep:
            path.unlink(missing_ok=True)


def _result(line: bytes) -> Result:
    fields: dict[str, Any] = orjson.loads(line)
    article = fields.pop("article")
    fields["at"] = _moment(fields["at"])
    return Result(**fields, article=_article(article) if article else None)


def _article(fields: dict[str, Any]) -> Article:
    for name in ("published_at", "updated_at"):
        fields[name] = _moment(fields[name])
    for name in ("authors", "editors", "pages"):
        fields[name] = tuple(fields[name])
    fields["images"] = tuple(Image(**image) for image in fields["images"])
    fields["body"] = tuple(map(_block, fields["body"]))
    fields["evidence"] = {name: Evidence(**evidence) for name, evidence in fields["evidence"].items()}
    return Article(**fields)


def _block(fields: dict[str, Any]) -> Block:
    fields["items"] = tuple(fields["items"])
    fields["rows"] = tuple(map(tuple, fields["rows"]))
    fields["image"] = Image(**fields["image"]) if fields["image"] else None
    return Block(**fields)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
