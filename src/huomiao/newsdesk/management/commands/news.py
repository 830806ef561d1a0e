"""The news desk from the command line: crawl, take in what waits, rebuild the index."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from huomiao.newsdesk import crawling, searching
from huomiao.newsdesk.pipeline.crawl import Totals


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        wanted = parser.add_subparsers(dest="what", required=True)
        crawl = wanted.add_parser("crawl", help="fetch what is due, keep it, read it")
        crawl.add_argument("--forever", action="store_true", help="go on until stopped")
        crawl.add_argument("--delay", type=float, default=1.0, help="seconds between two requests to one host")
        wanted.add_parser("take-in", help="read, relate and index what was fetched and not read yet")
        wanted.add_parser("rebuild-index", help="build the search index anew while the old one answers")

    def handle(self, *_args: Any, what: str, **options: Any) -> None:
        if what == "crawl":
            totals = crawling.crawl(forever=options["forever"], delay_seconds=options["delay"], progress=self._progress)
            self._progress(totals)
        elif what == "take-in":
            self.stdout.write(f"{crawling.take_in()} articles indexed")
        else:
            self.stdout.write(f"{searching.rebuild()} articles indexed")

    def _progress(self, totals: Totals) -> None:
        outcomes = ", ".join(f"{outcome.value} {count}" for outcome, count in sorted(totals.outcomes.items()))
        self.stdout.write(f"{totals.visits} visits ({outcomes}), {totals.found} addresses found")
