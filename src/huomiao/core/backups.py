"""One archive with everything: every row of every table, every file, and a manifest that proves it whole.

The archive is a gzipped tar of ``tables/<app>.<model>.jsonl`` (a first line with the columns, then a row a line), of
``files/<name>`` as the storage has them, and of ``manifest.json``, last, with the SHA-256 of each. Values are written
in a form that both databases understand, so what SQLite gave PostgreSQL takes, and the other way round. Identifiers
stay as they were, encrypted fields stay ciphertext (the keys are not in the archive), and the history's chain holds.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.apps import apps
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.duration import duration_string

from huomiao.core import history
from huomiao.core.encryption import EncryptedTextField
from huomiao.core.errors import DomainError

FORMAT = 1
MANIFEST = "manifest.json"
# Signed-in sessions are let go: after a restore everybody signs in anew.
LEFT_OUT = frozenset({"sessions.session"})
# Files that are made again from those beside them, or that only say who is at work there.
DERIVED = re.compile(r"^(index\.sqlite[^/]*|[^/]*\.lock)$")
SAFE_NAME = re.compile(r"^(tables/[a-z0-9_]+\.[a-z0-9_]+\.jsonl|files/[^\\\x00-\x1f]+|manifest\.json)$")
ROWS_AT_ONCE = 500
CHUNK = 1024 * 1024

Say = Callable[[str], None]


class BadArchive(DomainError):
    """The archive is not one of ours, is damaged, or holds what it must not; nothing was restored."""

    code = "bad_archive"


class NotEmpty(DomainError):
    """There is data in the target, and nobody said that it may go."""

    code = "not_empty"


@dataclass
class Manifest:
    """What an archive says of itself."""

    made_at: str
    huomiao: str
    migrations: list[list[str]]
    history: list[Any]
    rows: dict[str, int] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


# --- Writing ------------------------------------------------------------------------------------------------------


def write(target: Path, *, say: Say) -> Manifest:
    """Write everything into a new archive at ``target``."""
    history.seal()
    partial = target.with_name(target.name + ".partial")
    try:
        with tarfile.open(partial, "w:gz", compresslevel=6) as archive, _snapshot():
            manifest = Manifest(
                made_at=timezone.now().isoformat(),
                huomiao=version("huomiao"),
                migrations=_applied_migrations(),
                history=list(history.root()),
            )
            for model in tables():
                manifest.rows[model._meta.label_lower] = _write_table(archive, model, manifest)
            say(f"数据库：{len(manifest.rows)} 张表，{sum(manifest.rows.values())} 行。 / Database written.")
            count = 0
            for name in _stored_names():
                _write_file(archive, name, manifest)
                count += 1
                if count % 200 == 0:
                    say(f"文件：{count}… / Files so far: {count}")
            say(f"文件：共 {count} 个。 / Files written: {count}")
            content = json.dumps(manifest.__dict__, ensure_ascii=False, indent=1).encode()
            _add(archive, MANIFEST, io.BytesIO(content), len(content))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def tables() -> list[type[models.Model]]:
    """Every table of every app, those behind many-to-many fields included."""
    found = apps.get_models(include_auto_created=True)
    return [
        model
        for model in found
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in LEFT_OUT
    ]


@contextmanager
def _snapshot() -> Iterator[None]:
    """One view of the whole database while it is read; writers go on meanwhile."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("COMMIT")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def _applied_migrations() -> list[list[str]]:
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def _columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [one for one in model._meta.local_concrete_fields if not getattr(one, "generated", False)]


def _write_table(archive: tarfile.TarFile, model: type[models.Model], manifest: Manifest) -> int:
    columns = _columns(model)
    rows = model._base_manager.order_by("pk")
    names = []
    for column in columns:
        if isinstance(column, EncryptedTextField):
            # As the database has it: the archive must not hold what the fields hide.
            rows = rows.annotate(**{f"raw_{column.attname}": Cast(column.attname, models.TextField())})
            names.append(f"raw_{column.attname}")
        else:
            names.append(column.attname)
    with tempfile.TemporaryFile() as lines:
        lines.write(json.dumps([column.column for column in columns]).encode() + b"\n")
        count = 0
        for row in rows.values_list(*names).iterator(chunk_size=ROWS_AT_ONCE):
            plain = [_portable(column, value) for column, value in zip(columns, row, strict=True)]
            lines.write(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            count += 1
        name = f"tables/{model._meta.label_lower}.jsonl"
        size = lines.tell()
        lines.seek(0)
        manifest.members[name] = _add(archive, name, lines, size)
    return count


def _portable(column: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(column, models.JSONField):
        return value
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return duration_string(value)
        case Decimal() | UUID():
            return str(value)
        case bytes() | memoryview():
            return b64encode(bytes(value)).decode()
        case _:
            return value


def _stored_names(folder: str = "") -> Iterator[str]:
    """Every file in the storage that cannot be made again, by its full name."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        if not DERIVED.match(name):
            yield f"{folder}/{name}".lstrip("/")
    for name in sorted(folders):
        yield from _stored_names(f"{folder}/{name}".lstrip("/"))


def _write_file(archive: tarfile.TarFile, name: str, manifest: Manifest) -> None:
    try:
        with default_storage.open(name) as stored:
            manifest.members[f"files/{name}"] = _add(archive, f"files/{name}", stored, stored.size)
    except FileNotFoundError:
        # Removed while the archive was being written: no row refers to it either.
        return


def _add(archive: tarfile.TarFile, name: str, content: Any, size: int) -> str:
    """Add one member; returns the SHA-256 of what went in."""
    reader = _Hashing(content)
    entry = tarfile.TarInfo(name)
    entry.size = size
    archive.addfile(entry, reader)
    return reader.digest.hexdigest()


class _Hashing:
    """A file that hashes what is read from it."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self.source.read(size)
        self.digest.update(chunk)
        return chunk


# --- Restoring ----------------------------------------------------------------------------------------------------


def restore(source: Path, *, replace: bool, say: Say) -> list[history.Problem]:
    """Put everything back from the archive at ``source``; returns what the history says is wrong with it.

    The archive is read to its end and checked before anything changes, and the database changes in one transaction.

    Raises:
        BadArchive: it is damaged, not ours, or of another version of the database.
        NotEmpty: there is data here and ``replace`` is not set.
    """
    manifest = _checked(source)
    say(f"备份完好，制作于 {manifest.made_at}（火苗 {manifest.huomiao}）。 / The archive is whole.")
    if manifest.migrations != _applied_migrations():
        raise BadArchive(
            f"备份的数据库结构与当前程序不同。请安装制作备份的版本（{manifest.huomiao}）恢复，再升级。 / "
            f"The archive was made by another version; restore with {manifest.huomiao}, then upgrade."
        )
    if not replace and (where := _not_empty()):
        raise NotEmpty(
            f"目标不是空的（{where}）。确认要清空并恢复，请加 --yes。 / The target holds data ({where}); add --yes to replace it."
        )
    _restore_files(source, say)
    _restore_tables(source, manifest, say)
    count, head = history.root()
    problems = (
        [] if [count, head] == manifest.history else [history.Problem("core.seal", "not the head in the manifest")]
    )
    return problems + list(history.verify())


def _members(source: Path) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """The members of the archive in order; refuses what an archive of ours never holds."""
    try:
        with tarfile.open(source, "r|gz") as archive:
            for entry in archive:
                parts = entry.name.split("/")
                if not entry.isreg() or not SAFE_NAME.match(entry.name) or {"", ".", ".."} & set(parts):
                    raise BadArchive(f"备份中有不该有的内容：{entry.name!r}。 / Unexpected member: {entry.name!r}")
                yield archive, entry
    except (tarfile.TarError, OSError, EOFError) as broken:
        raise BadArchive("备份文件已损坏或不是火苗的备份。 / The archive is damaged or not ours.") from broken


def _checked(source: Path) -> Manifest:
    """The manifest, once every member has been found to be what it says."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    for archive, entry in _members(source):
        content = _content(archive, entry)
        if entry.name == MANIFEST:
            manifest = _manifest(content.read())
        elif entry.name in found:
            raise BadArchive(f"备份中有重复的内容：{entry.name}。 / Member twice: {entry.name}")
        else:
            digest = hashlib.sha256()
            while chunk := content.read(CHUNK):
                digest.update(chunk)
            found[entry.name] = digest.hexdigest()
    if manifest is None or manifest.members != found:
        wrong = sorted(set((manifest.members if manifest else {}).items()) ^ set(found.items()))[:1]
        raise BadArchive(
            f"备份与其清单不符：{wrong[0][0] if wrong else MANIFEST}。 / The archive does not match its manifest."
        )
    return manifest


def _manifest(content: bytes) -> Manifest:
    try:
        manifest = Manifest(**json.loads(content))
    except (ValueError, TypeError) as broken:
        raise BadArchive("备份的清单无法读取。 / The manifest cannot be read.") from broken
    if manifest.format != FORMAT:
        raise BadArchive(f"不认识的备份格式 {manifest.format}。 / Unknown format {manifest.format}.")
    return manifest


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(entry)
    if content is None:
        raise BadArchive(f"备份中的 {entry.name} 无法读取。 / Cannot read {entry.name}.")
    return content


def _not_empty() -> str:
    """The name of a table of ours that has rows; "" when none does."""
    ours = (model for model in tables() if model.__module__.startswith("huomiao."))
    return next((model._meta.label_lower for model in ours if model._base_manager.exists()), "")


def _restore_files(source: Path, say: Say) -> None:
    count = 0
    for archive, entry in _members(source):
        if not entry.name.startswith("files/"):
            continue
        name = entry.name.removeprefix("files/")
        if default_storage.exists(name):
            default_storage.delete(name)
        with tempfile.TemporaryFile() as copy:
            content = _content(archive, entry)
            while chunk := content.read(CHUNK):
                copy.write(chunk)
            copy.seek(0)
            default_storage.save(name, File(copy, name=name))
        count += 1
        if count % 200 == 0:
            say(f"文件：{count}… / Files so far: {count}")
    say(f"文件：共 {count} 个。 / Files restored: {count}")


def _restore_tables(source: Path, manifest: Manifest, say: Say) -> None:
    """Replace every row of every table. Foreign keys are checked at the end of the transaction, so order is free."""
    known = {model._meta.label_lower: model for model in tables()}
    with transaction.atomic():
        with connection.cursor() as cursor:
            for model in known.values():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608 - our own names
        for archive, entry in _members(source):
            if entry.name.startswith("tables/"):
                label = entry.name.removeprefix("tables/").removesuffix(".jsonl")
                if label not in known:
                    raise BadArchive(f"备份中有不认识的表：{label}。 / Unknown table: {label}")
                _load(known[label], _content(archive, entry))
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(known.values())):
                cursor.execute(statement)
        connection.check_constraints()
    say(f"数据库：{len(manifest.rows)} 张表，{sum(manifest.rows.values())} 行。 / Database restored.")


def _load(model: type[models.Model], lines: Iterable[bytes]) -> None:
    reader = iter(lines)
    columns = {column.column: column for column in _columns(model)}
    names = json.loads(next(reader))
    if set(names) != set(columns):
        raise BadArchive(f"备份中的表 {model._meta.label_lower} 列不同。 / Other columns in {model._meta.label_lower}.")
    ordered = [columns[name] for name in names]
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    places = ", ".join(["%s"] * len(names))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({quoted}) VALUES ({places})"  # noqa: S608 - our own names, values as parameters
    waiting: list[list[Any]] = []
    with connection.cursor() as cursor:
        for line in reader:
            row = json.loads(line)
            waiting.append([_stored(column, value) for column, value in zip(ordered, row, strict=True)])
            if len(waiting) == ROWS_AT_ONCE:
                cursor.executemany(statement, waiting)
                waiting.clear()
        if waiting:
            cursor.executemany(statement, waiting)


def _stored(column: models.Field[Any, Any], value: Any) -> Any:
    """``value`` as this database wants it; ciphertext goes back as it came."""
    if isinstance(column, EncryptedTextField):
        return value
    plain = value if isinstance(column, models.JSONField) else column.to_python(value)
    return column.get_db_prep_save(plain, connection)
