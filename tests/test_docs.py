"""The references name everything that exists, and nothing that does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from huomiao import cli

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "huomiao"
SETTINGS_PAGE = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
COMMANDS_PAGE = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")

# Variables whose names are put together in settings.py from a prefix: HUOMIAO_OIDC + _ID and so on.
PREFIXES = ("HUOMIAO_OIDC", "HUOMIAO_DINGTALK", "HUOMIAO_FEISHU", "HUOMIAO_WECOM")


def _read() -> set[str]:
    settings = (SOURCE / "settings.py").read_text(encoding="utf-8")
    serve = (SOURCE / "core" / "management" / "commands" / "serve.py").read_text(encoding="utf-8")
    names = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_0-9]+)"', settings)) | set(
        re.findall(r'environ\.get\("(\w+)"', serve)
    )
    composed = {f"{prefix}_{part}" for prefix in PREFIXES for part in ("ID", "SECRET")}
    return names | composed | {"DATABASE_URL", "HUOMIAO_TEST_POSTGRES"}


def _listed() -> set[str]:
    first_cells = [line.split("|")[1] for line in SETTINGS_PAGE.splitlines() if line.startswith("| `")]
    return set(re.findall(r"`([A-Z_0-9]+)`", " ".join(first_cells)))


def test_every_setting_is_documented_and_every_documented_setting_exists():
    assert _listed() == _read()


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_is_documented(name):
    assert f"## `huomiao {name}" in COMMANDS_PAGE


def test_no_document_links_to_a_page_that_is_not_there():
    broken = []
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        broken += [
            f"{page.relative_to(ROOT)}: {target}"
            for target in targets
            if "://" not in target and not (page.parent / target).exists()
        ]

    assert broken == []
