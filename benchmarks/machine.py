"""The machine that figures were taken on, in one line for the head of a table."""

from __future__ import annotations

import os
import platform


def facts(*more: str) -> str:
    """Processor, cores, load, memory and Python, and ``more`` that the figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    parts = [
        f"{platform.machine()}, {os.cpu_count()} cores (load {os.getloadavg()[0]:.1f} at the start), {memory:.0f} GB",
        f"Python {platform.python_version()}",
    ]
    return ", ".join(["; ".join(parts), *more])
