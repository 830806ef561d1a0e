"""Translations without the gettext tools: Babel extracts, merges and compiles; Django's own reader reads templates.

python dev/translations.py extract    # bring every app's English catalogue up to date with the source
python dev/translations.py compile    # make the .mo files that Django loads
python dev/translations.py check      # fail when a string is missing, fuzzy, or breaks its placeholders
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "huomiao"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]*\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Proper names that English text keeps.
NAMES = re.compile("五小|天工杯|火苗|简体中文")


def apps() -> list[Path]:
    return sorted(folder for folder in SOURCE.iterdir() if (folder / "apps.py").exists())


def catalogue_path(app: Path) -> Path:
    return app / "locale" / "en" / "LC_MESSAGES" / "django.po"


def messages(app: Path) -> Iterator[tuple[str, int, object, str | None]]:
    """Every marked string of an app: file, line, message, context."""
    for path in sorted(app.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _found(path, path.read_text(encoding="utf-8"))
    for path in sorted((app / "templates").rglob("*.*")):
        yield from _found(path, templatize(path.read_text(encoding="utf-8"), origin=str(path)))


def _found(path: Path, text: str) -> Iterator[tuple[str, int, object, str | None]]:
    name = str(path.relative_to(SOURCE))
    # templatize leaves X for text between tags, which is not Python; Babel's tokenizer wants only the calls.
    lines = io.BytesIO(_calls_only(text).encode() if path.suffix != ".py" else text.encode())
    options = {"encoding": "utf-8"}
    for line, message, _comments, context in extract("python", lines, keywords=KEYWORDS, options=options):
        yield name, line, message, context


CALL = re.compile(
    r"""\b(?:gettext|ngettext|pgettext|npgettext|_)\((?:[^()"']|u?"(?:\\.|[^"\\])*"|u?'(?:\\.|[^'\\])*')*\)""",
    re.DOTALL,
)


def _calls_only(text: str) -> str:
    """The gettext calls in templatized text, each on the line where it stood."""
    kept: list[str] = []
    line = 1
    for call in CALL.finditer(text):
        start = text.count("\n", 0, call.start()) + 1
        kept.append(
            "\n" * max(0, start - line) + ("; " if start <= line and kept else "") + call.group().replace("\n", " ")
        )
        line = max(line, start)
    return "".join(kept)


def read(app: Path) -> Catalog:
    path = catalogue_path(app)
    if not path.exists():
        return Catalog(
            locale="en", fuzzy=False, project="Huomiao", version="1", copyright_holder="the authors of Huomiao"
        )
    with path.open("rb") as stream:
        return pofile.read_po(stream, locale="en")


def template_of(app: Path) -> Catalog:
    found = Catalog(fuzzy=False)
    for name, _line, message, context in messages(app):
        found.add(message, context=context, locations=[(name, None)])
    return found


def extract_all() -> None:
    for app in apps():
        wanted = template_of(app)
        catalogue = read(app)
        # The day of an extraction would change every catalogue each time; the history knows it anyway.
        wanted.creation_date = catalogue.creation_date
        catalogue.update(wanted, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        if not len(catalogue):
            continue
        path = catalogue_path(app)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            pofile.write_po(
                stream,
                catalogue,
                width=0,
                omit_header=False,
                sort_output=False,
                include_lineno=False,
                ignore_obsolete=True,
            )
        missing = sum(1 for message in catalogue if message.id and not message.string)
        print(f"{app.name:<12} {len(catalogue):>5} strings, {missing} to translate")


def compile_all() -> None:
    for app in apps():
        path = catalogue_path(app)
        compiled = path.with_suffix(".mo")
        if path.exists() and (not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime):
            with compiled.open("wb") as stream:
                write_mo(stream, read(app))


def check_all() -> int:
    problems: list[str] = []
    for app in apps():
        catalogue = read(app)
        for message in template_of(app):
            if not message.id:
                continue
            known = catalogue.get(message.id, message.context)
            where = f"{app.name}: {message.locations[0][0]}: {_short(message.id)}"
            if known is None or not (all(known.string) if isinstance(known.string, tuple) else known.string):
                problems.append(f"{where}: not translated")
            elif known.fuzzy:
                problems.append(f"{where}: fuzzy")
            else:
                problems += [f"{where}: {what}" for what in _wrong(known.id, known.string)]
    print("\n".join(problems) or "translations complete")
    return 1 if problems else 0


def _short(message: object) -> str:
    text = message[0] if isinstance(message, (list, tuple)) else str(message)
    return repr(text[:60])


def _wrong(source: object, translated: object) -> Iterator[str]:
    sources = source if isinstance(source, (list, tuple)) else (source,)
    results = translated if isinstance(translated, (list, tuple)) else (translated,)
    wanted = {p for text in sources for p in PLACEHOLDER.findall(text)}
    for text in results:
        if extra := set(PLACEHOLDER.findall(text)) - wanted:
            yield f"placeholders that the source has not: {sorted(extra)}"
        if len(results) == 1 and (lost := wanted - set(PLACEHOLDER.findall(text))):
            yield f"placeholders lost: {sorted(lost)}"
        if CHINESE.search(NAMES.sub("", text)):
            yield "Chinese left in the English text"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["extract"]:
            extract_all()
        case ["compile"]:
            compile_all()
        case ["check"]:
            sys.exit(check_all())
        case _:
            sys.exit(__doc__)
