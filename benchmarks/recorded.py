"""Real news pages as they were served, with what a reader finds on them (``gold.jsonl``); they lie beside the checkout."""

from __future__ import annotations

from pathlib import Path

PAGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "news"
