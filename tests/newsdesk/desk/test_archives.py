"""Archives of others come in, ours go out, and a changed byte is found: the news command."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from huomiao.newsdesk import archiving
from huomiao.newsdesk.models import Article, Capture
from huomiao.newsdesk.pipeline.archive.exchange import Exchange
from huomiao.newsdesk.pipeline.archive.store import Archive
from huomiao.orgs.roles import Role
from tests.factories.orgs import MembershipFactory
from tests.newsdesk.desk.press import Press

pytestmark = pytest.mark.django_db

URL = "https://press.example/a/1.html"


@pytest.fixture
def editor():
    return MembershipFactory(role=Role.EDITOR).user


@pytest.fixture
def brought(tmp_path, editor):
    """An archive of somebody else's, brought in; returns how to bring it again."""
    paper = Press()
    paper.article("/a/1.html", "职工技能竞赛点燃创新火苗")
    _kind, body = paper.pages["/a/1.html"]
    at = datetime(2023, 12, 5, 12, tzinfo=UTC)
    with Archive(tmp_path / "theirs") as archive:
        archive.write(Exchange(URL, at, 200, headers=(("Content-Type", "text/html; charset=utf-8"),), body=body))
        archive.write(Exchange(URL + "?gone", at, 404, headers=(("Content-Type", "text/html"),), body=b"gone"))
    [path] = (tmp_path / "theirs").glob("*.warc.gz")
    code = editor.memberships.get().organization.code

    def bring():
        call_command("news", "import", str(path), "--name", "旧报", "--org", code, "--as", editor.username)

    bring()
    return bring


def test_an_imported_page_is_an_article_as_it_was_then_and_comes_once(brought):
    made = Article.objects.get()
    assert (made.title, made.url, made.source.name) == ("职工技能竞赛点燃创新火苗", URL, "旧报")
    assert made.first_seen_at == datetime(2023, 12, 5, 12, tzinfo=UTC)
    assert Capture.objects.count() == 2

    brought()

    assert (Article.objects.count(), Capture.objects.count()) == (1, 2)


def test_what_goes_out_is_a_package_with_its_pages(brought, tmp_path):
    target = tmp_path / "out.wacz"

    with pytest.raises(CommandError, match="wacz"):
        call_command("news", "export", str(target.with_suffix(".zip")))
    call_command("news", "export", str(target))

    with zipfile.ZipFile(target) as package:
        lines = package.read("pages/pages.jsonl").decode().splitlines()
    assert [json.loads(line).get("url") for line in lines[1:]] == [URL]


def test_a_changed_byte_of_the_archive_is_found(brought):
    call_command("news", "check")
    [path] = archiving.folder().glob("*.warc.gz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))

    with pytest.raises(CommandError):
        call_command("news", "check")


def test_whoever_edits_no_news_brings_nothing_in(tmp_path):
    stranger = MembershipFactory(role=Role.ORGANISER).user
    path = tmp_path / "x.warc.gz"
    path.touch()
    code = stranger.memberships.get().organization.code

    with pytest.raises(Exception, match="资讯编辑"):
        call_command("news", "import", str(path), "--name", "x", "--org", code, "--as", stranger.username)


def test_one_at_a_time_takes_in_what_waits():
    with archiving.held("take-in") as is_alone, archiving.held("take-in") as is_second:
        assert (is_alone, is_second) == (True, False)
    with archiving.held("take-in") as again:
        assert again
