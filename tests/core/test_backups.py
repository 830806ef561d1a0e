from __future__ import annotations

import io
import json
import tarfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from huomiao.accounts.models import User
from huomiao.core import backups, history
from huomiao.core.models import Entry
from huomiao.files import actions as files
from huomiao.files.models import StoredFile
from huomiao.innovations.models import Benefit, Declaration, Expert
from huomiao.orgs.models import Organization
from tests.factories.accounts import UserFactory
from tests.factories.innovations import BenefitFactory, DeclarationFactory, ExpertFactory, PriorityFieldFactory
from tests.factories.orgs import OrganizationFactory
from tests.files import samples

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "huomiao.tar.gz"


@pytest.fixture
def world():
    """Something of every kind of value: a tree, ciphertext, JSON, bytes, decimals, many-to-many, a file, a history."""
    root = OrganizationFactory(name="省总工会")
    city = OrganizationFactory(parent=root, kind="city", name="赣州市总工会")
    person = UserFactory(name="李䶮")
    person.set_phone("13812345678")
    person.save()
    declaration = DeclarationFactory(
        declared_by=person, finished_on=date(2025, 2, 28), pledges={"真实": [1, 2.5, None, "“引号”\n"]}
    )
    Declaration.objects.filter(pk=declaration.pk).update(signature=bytes(range(256)))
    BenefitFactory(declaration=declaration, amount=Decimal("1234567.89"))
    expert = ExpertFactory(divisions=["34", "35"])
    expert.fields.set([PriorityFieldFactory(), PriorityFieldFactory()])
    files.store(ContentFile(samples.jpeg(), name="图.jpg"), by=person)
    history.record(
        declaration, "declaration.submitted", by=person, at=datetime(2026, 5, 1, 8, 0, 0, 123456, tzinfo=UTC)
    )
    return city


def everything() -> dict[str, list]:
    """All rows of all tables, as Django reads them."""
    return {
        model._meta.label_lower: [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
            for row in model._base_manager.order_by("pk").values_list()
        ]
        for model in backups.tables()
    }


def emptied() -> None:
    call_command("flush", interactive=False, verbosity=0)
    for name in list(backups._stored_names()):
        default_storage.delete(name)


def quiet(_line: str) -> None:
    pass


def test_round_trip_brings_back_every_row_and_file(world, archive):
    before = everything()
    stored = StoredFile.objects.get()
    backups.write(archive, say=quiet)
    emptied()

    problems = backups.restore(archive, replace=False, say=quiet)

    assert problems == []
    assert everything() == before
    with default_storage.open(stored.location) as file:
        assert len(file.read()) == stored.size
    assert default_storage.exists(stored.preview)


def test_round_trip_keeps_tree_ciphertext_json_bytes_and_relations(world, archive):
    backups.write(archive, say=quiet)
    emptied()

    backups.restore(archive, replace=False, say=quiet)

    declaration = Declaration.objects.get()
    assert Organization.objects.get_parent(Organization.objects.get(name="赣州市总工会")).name == "省总工会"
    assert User.objects.get(name="李䶮").phone == "13812345678"
    assert declaration.pledges == {"真实": [1, 2.5, None, "“引号”\n"]}
    assert bytes(declaration.signature) == bytes(range(256))
    assert Benefit.objects.get().amount == Decimal("1234567.89")
    assert Expert.objects.get().fields.count() == 2
    assert Entry.objects.filter(action="declaration.submitted").get().at.microsecond == 123456


def test_new_rows_after_a_restore_get_new_identifiers(world, archive):
    backups.write(archive, say=quiet)
    highest = max(User.objects.values_list("pk", flat=True))
    emptied()
    backups.restore(archive, replace=False, say=quiet)

    assert UserFactory(username="somebody-new").pk > highest


def test_archive_hides_what_the_fields_hide(world, archive):
    backups.write(archive, say=quiet)

    with tarfile.open(archive) as opened:
        content = b"".join(opened.extractfile(member).read() for member in opened.getmembers())
    assert b"13812345678" not in content
    assert "李䶮".encode() in content


def test_restore_into_data_is_refused_until_it_is_confirmed(world, archive):
    backups.write(archive, say=quiet)
    UserFactory(name="后来的人")

    with pytest.raises(backups.NotEmpty):
        backups.restore(archive, replace=False, say=quiet)
    assert User.objects.filter(name="后来的人").exists()

    backups.restore(archive, replace=True, say=quiet)
    assert not User.objects.filter(name="后来的人").exists()


def test_tampering_before_the_backup_is_named_after_the_restore(world, archive):
    Declaration.objects.update(title="悄悄改过")
    backups.write(archive, say=quiet)
    emptied()

    problems = backups.restore(archive, replace=False, say=quiet)

    assert [problem.what for problem in problems] == ["changed behind the history's back"]


def rewritten(archive: Path, change) -> None:
    """The archive again, its members passed through ``change`` (name, content) -> [(name, content)]."""
    members = []
    with tarfile.open(archive) as opened:
        for member in opened.getmembers():
            members += change(member.name, opened.extractfile(member).read())
    with tarfile.open(archive, "w:gz") as target:
        for name, content in members:
            entry = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            entry.size = len(content)
            target.addfile(entry, io.BytesIO(content))


def _altered(name, content):
    return [(name, content.replace("省总工会".encode(), "市总工会".encode()))]


def _short(name, content):
    return [] if name == "tables/accounts.user.jsonl" else [(name, content)]


def _climbing(name, content):
    return [(name, content), *([("files/../../evil", b"x")] if name == "manifest.json" else [])]


def _absolute(name, content):
    return [(name, content), *([("/etc/evil", b"x")] if name == "manifest.json" else [])]


def _linked(name, content):
    link = tarfile.TarInfo("files/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return [(name, content), *([(link, b"")] if name == "manifest.json" else [])]


def _of_another_version(name, content):
    if name != "manifest.json":
        return [(name, content)]
    return [(name, json.dumps(json.loads(content) | {"migrations": [["core", "0001"]]}).encode())]


@pytest.mark.parametrize("change", [_altered, _short, _climbing, _absolute, _linked, _of_another_version])
def test_archive_that_is_not_right_is_refused_and_nothing_changes(world, archive, change):
    backups.write(archive, say=quiet)
    rewritten(archive, change)
    before = everything()

    with pytest.raises(backups.BadArchive):
        backups.restore(archive, replace=True, say=quiet)

    assert everything() == before


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\x1f\x8b\x08\x00" + b"\x00" * 40])
def test_what_is_no_archive_is_refused(archive, content):
    archive.write_bytes(content)

    with pytest.raises(backups.BadArchive):
        backups.restore(archive, replace=True, say=quiet)


def test_commands_round_trip_and_never_overwrite(world, archive, capsys):
    call_command("backup", archive)
    with pytest.raises(CommandError, match="已存在"):
        call_command("backup", archive)
    with pytest.raises(CommandError, match="--yes"):
        call_command("restore", archive)

    call_command("restore", archive, "--yes")

    assert "操作历史核对无误" in capsys.readouterr().out
    assert User.objects.filter(name="李䶮").exists()


def test_what_is_made_again_from_other_files_stays_out(tmp_path):
    for name in ("news/index.sqlite", "news/index.sqlite-wal", "news/crawl.lock", "news/one.warc.gz"):
        default_storage.save(name, ContentFile(b"x"))
    backups.write(tmp_path / "all.tar.gz", say=lambda _line: None)
    with tarfile.open(tmp_path / "all.tar.gz") as archive:
        assert [name for name in archive.getnames() if name.startswith("files/news/")] == ["files/news/one.warc.gz"]
