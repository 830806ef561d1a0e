"""Compiles the translations when the package is built or installed, so that nobody needs the gettext tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages import mofile, pofile
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(root: Path) -> None:
    """Make a .mo beside each .po that is newer than it."""
    for path in sorted(root.glob("src/huomiao/*/locale/*/LC_MESSAGES/*.po")):
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            with path.open("rb") as source, compiled.open("wb") as target:
                mofile.write_mo(target, pofile.read_po(source))


class TranslationsHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_catalogues(Path(self.root))
