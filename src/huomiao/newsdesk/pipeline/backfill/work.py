"""One unit of work: read its records, extract the articles, write the part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from huomiao.newsdesk.pipeline.archive import parsing
from huomiao.newsdesk.pipeline.archive.exchange import Exchange
from huomiao.newsdesk.pipeline.archive.walking import RESPONSES, Found, Walk
from huomiao.newsdesk.pipeline.article import Article
from huomiao.newsdesk.pipeline.backfill import parts
from huomiao.newsdesk.pipeline.backfill.ledger import Done
from huomiao.newsdesk.pipeline.backfill.parts import Result
from huomiao.newsdesk.pipeline.backfill.units import Unit

# No page of news is larger; what is, is a bomb or a download with a wrong type.
MOST_PAGE = 16 * 1024 * 1024
_PAGES = {"text/html", "application/xhtml+xml"}
# Types of servers that do not know what they send.
_UNKNOWN = {"", "application/octet-stream", "text/plain", "application/unknown"}
_TRACE = ".at"


class Extract(Protocol):
    """Reads a page; a function that workers can import."""

    def __call__(self, html: bytes, url: str, *, charset: str | None = None) -> Article: ...


@dataclass(frozen=True, slots=True)
class Job:
    """What all units of a backfill have in common. ``to`` is the folder of results, the same for all workers."""

    to: Path
    extract: Extract


def run(unit: Unit, job: Job, tell: Callable[[], None] = lambda: None) -> Done:
    """Do ``unit``; ``tell`` is called before each record and between long ones, as a sign of life. The part is on the disk afterwards.

    Raises:
        OSError: the file cannot be read, or the part cannot be written.
    """
    walk = Walk(unit.file.path, start=unit.start, end=unit.end, exactly=unit.exactly, most_bytes=MOST_PAGE, tick=tell)
    counts: Counter[str] = Counter()
    part = parts.write(job.to, unit.key, _results(unit, job, walk, counts, tell))
    trace(job.to, unit).unlink(missing_ok=True)
    file = unit.file
    return Done(
        path=str(file.path),
        size=file.size,
        mark=file.mark,
        begins=file.begins,
        key=unit.key,
        number=unit.number,
        end=unit.end,
        began=walk.began,
        ended=walk.ended,
        part=part,
        counts=dict(counts),
    )


def trace(folder: Path, unit: Unit) -> Path:
    """The file in which a worker notes which record it is extracting, when the unit was lost before."""
    return folder / f"{unit.key}{_TRACE}"


def killer(folder: Path, unit: Unit) -> tuple[int, int] | None:
    """The record (offset, nth) at which the last worker of ``unit`` died; None when it was at none, or left no trace."""
    try:
        offset, nth = trace(folder, unit).read_text().split()
    except (OSError, ValueError):
        return None
    return int(offset), int(nth)


def _results(unit: Unit, job: Job, walk: Walk, counts: Counter[str], tell: Callable[[], None]) -> Iterator[Result]:
    for found in walk:
        if found.record is not None and found.record.kind not in RESPONSES:
            continue
        tell()
        counts["records"] += 1
        if (found.offset, found.nth) in unit.skip:
            result: Result | None = _problem(unit, found, "it kills the worker that reads it")
        elif unit.lost:
            trace(job.to, unit).write_text(f"{found.offset} {found.nth}")
            result = _result(unit, job, found)
            trace(job.to, unit).write_text("")
        else:
            result = _result(unit, job, found)
        counts["passed" if result is None else "articles" if result.article else "problems"] += 1
        if result is not None:
            yield result


def _result(unit: Unit, job: Job, found: Found) -> Result | None:
    """The result of a record; None where it is no page of news."""
    record = found.record
    if record is None:
        return _problem(unit, found, found.problem)
    if record.is_too_large:
        return _problem(unit, found, f"larger than {MOST_PAGE} bytes")
    if not record.block:
        return None
    try:
        exchange = parsing.exchange_of(record)
        page = _page(exchange)
        if page is None:
            return None
        article = job.extract(page, exchange.url, charset=exchange.charset)
    except Exception as failure:  # noqa: BLE001  # the edge of a loop over pages of strangers: it is noted, the others go on
        return _problem(unit, found, f"{type(failure).__name__}: {failure}"[:300])
    return Result(str(unit.file.path), found.offset, found.nth, exchange.url, exchange.at, article)


def _page(exchange: Exchange) -> bytes | None:
    """The unpacked page, if it is one."""
    if exchange.status != 200 or exchange.mime not in _PAGES | _UNKNOWN:
        return None
    content = exchange.content(most_bytes=MOST_PAGE)
    if exchange.mime in _UNKNOWN and not _looks_like_a_page(content):
        return None
    return content or None


def _looks_like_a_page(content: bytes) -> bool:
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head"))


def _problem(unit: Unit, found: Found, problem: str) -> Result:
    url = found.record.url if found.record else ""
    return Result(str(unit.file.path), found.offset, found.nth, url, problem=problem)
