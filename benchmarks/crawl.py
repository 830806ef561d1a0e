"""How fast the crawl is against fifty hosts with latency and faults, how polite, and how much memory a hundred thousand
addresses take; beside Scrapy.

Run it with ``.venv/bin/python -m benchmarks.crawl [--without-memory]``. Scrapy is that of this environment (``uv sync
--group peers``) or of the Python that ``SCRAPY_PYTHON`` names. Everything is local: the hosts are one process, each
crawler another, so that the crawlers' own processor time can be told apart.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks import machine

PORT = 18_640
ROOT = Path(__file__).parents[1]
POLITE = (0.1, 1)
# A pause of nothing at all would make Scrapy 2.19 forget how many at a time it was told.
QUICK = (0.001, 4)
POLITE_PAGES, QUICK_PAGES, MEMORY_PAGES = 100, 100, 2_000
HOSTS = 50


def control(query: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT + 1}{query}") as answer:
        report: dict[str, Any] = json.load(answer)
        return report


def measured(command: list[str], *, pages: int, latency: bool, faults: bool) -> dict[str, Any]:
    """Run a crawler; the hosts' report with the crawler's clock and processor seconds, peak memory and output."""
    control(f"/set?pages={pages}&latency={int(latency)}&faults={int(faults)}")
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {**control("/report"), "took": took, "busy": busy, "output": done.stdout}


def ours(folder: Path, pace: tuple[float, int], way: str = "list") -> list[str]:
    folder.mkdir()
    return [sys.executable, "-m", "benchmarks.crawl_ours", str(PORT), str(pace[0]), str(pace[1]), str(folder), way]


def scrapys(python: str, folder: Path, pace: tuple[float, int]) -> list[str]:
    folder.mkdir()
    return [
        python,
        str(ROOT / "benchmarks" / "crawl_scrapy.py"),
        str(PORT),
        str(pace[0]),
        str(pace[1]),
        str(folder / "pages"),
    ]


def scrapy_python() -> str | None:
    given = os.environ.get("SCRAPY_PYTHON")
    return given or (sys.executable if importlib.util.find_spec("scrapy") else None)


def row(name: str, pages: int, result: dict[str, Any]) -> None:
    print(
        f"| {name:<8} | {result['served']:>6} of {pages * HOSTS:<6} | {result['took']:>6.1f} s | {result['served'] / result['took']:>7.0f} "
        f"| {result['busy'] / max(result['served'], 1) * 1000:>7.2f} ms | {result['least_gap'] * 1000:>7.1f} ms | {result['gap_1_percent'] * 1000:>7.1f} ms "
        f"| {result['most_at_once']:>7} | {result['again']:>5} | {result['faults']:>6} | {result['forbidden']:>9} |"
    )


def table(title: str, pages: int, rows: list[tuple[str, dict[str, Any]]]) -> None:
    print(f"\n{title}")
    print(
        f"| {'crawler':<8} | {'articles':<16} | {'clock':>8} | {'a second':>8} | {'cpu each':>10} | {'least gap':>10} | {'1% gap':>10} "
        "| at once | again | faults | forbidden |"
    )
    for name, result in rows:
        row(name, pages, result)


def main(*, with_memory: bool) -> None:
    print(machine.facts())
    folder = Path(tempfile.mkdtemp(prefix="huomiao-crawl-"))
    hosts = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.crawl_hosts", str(PORT)], cwd=ROOT, stdout=subprocess.PIPE
    )
    python = scrapy_python()
    try:
        assert hosts.stdout is not None
        hosts.stdout.readline()
        for title, pace, pages in (
            (
                f"polite: one request at a time for a host, {POLITE[0]} s apart, so at most {HOSTS / POLITE[0]:.0f} a second",
                POLITE,
                POLITE_PAGES,
            ),
            (f"quick: {QUICK[1]} requests at a time for a host, {QUICK[0]} s apart", QUICK, QUICK_PAGES),
        ):
            name = title.partition(":")[0]
            rows = [("ours", measured(ours(folder / f"ours-{name}", pace), pages=pages, latency=True, faults=True))]
            if python is not None:
                command = scrapys(python, folder / f"scrapy-{name}", pace)
                rows.append(("Scrapy", measured(command, pages=pages, latency=True, faults=True)))
            table(title, pages, rows)
            print(rows[0][1]["output"].strip().splitlines()[-1])
        if python is None:
            print("Scrapy is not here: uv sync --group peers, or SCRAPY_PYTHON=…")
        if with_memory:
            result = measured(
                ours(folder / "memory", QUICK, "sitemap"), pages=MEMORY_PAGES, latency=False, faults=False
            )
            table("memory: 100,000 addresses from sitemaps, no latency", MEMORY_PAGES, [("ours", result)])
            for line in result["output"].splitlines():
                if line.startswith("memory "):
                    _word, visits, megabytes = line.split()
                    print(f"after {int(visits):>7,} pages: {megabytes} MB resident")
    finally:
        hosts.terminate()
        hosts.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(with_memory="--without-memory" not in sys.argv)
