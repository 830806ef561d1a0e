from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.utils import timezone

from huomiao.files import actions, links, page_pictures
from tests.factories.accounts import UserFactory
from tests.files import samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def picture():
    return actions.store(samples.upload(samples.jpeg(), "张三丰的照片.jpg"), by=None)


@pytest.fixture
def film():
    return actions.store(samples.upload(samples.mp4(), "演示.mp4"), by=None)


def get(client, address, **headers):
    """The answer, read to its end, as a server does."""
    response = client.get(address, headers=headers)
    if response.streaming:
        response.read = b"".join(response.streaming_content)
    return response


def test_link_downloads_under_the_chosen_name_with_safe_headers(client, reader, picture):
    response = get(client, links.link(picture, to=reader, name="图片/1"))

    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E5%9B%BE%E7%89%87_1.jpg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, max-age=3600"
    assert len(response.read) == picture.size


def test_link_does_not_carry_the_uploaders_name(reader, picture):
    assert "张三丰" not in links.link(picture, to=reader, name="图片1")
    assert links.read(links.link(picture, to=reader, name="图片1").split("/")[-2]).name == "图片1.jpg"


@pytest.mark.parametrize("who", ["anonymous", "another"])
def test_link_of_somebody_else_is_gone(client, picture, who):
    address = links.link(picture, to=UserFactory(), name="图片")
    if who == "another":
        client.force_login(UserFactory())

    response = get(client, address)

    assert response.status_code == 404
    assert "刷新后重新点击文件" in response.content.decode()


def test_link_to_nobody_in_particular_opens_for_all(client, picture):
    assert get(client, links.link(picture, to=None, name="图片")).status_code == 200


def test_link_ends(client, reader, picture):
    with time_machine.travel(timezone.now() - timedelta(hours=14)):
        address = links.link(picture, to=reader, name="图片")

    assert get(client, address).status_code == 404


def test_forged_link_is_gone(client, reader, picture):
    address = links.link(picture, to=reader, name="图片")

    assert get(client, address[:-6] + "AAAAA/").status_code == 404
    assert get(client, "/files/nonsense/").status_code == 404


def test_picture_and_preview_are_shown_and_pdf_is_downloaded(client, reader, picture):
    paper = actions.store(samples.upload(samples.pdf(), "材料.pdf"), by=None)

    shown = [
        get(client, address)["Content-Disposition"].partition(";")[0]
        for address in (
            links.show(picture, to=reader, name="图"),
            links.preview(paper, to=reader),
            links.show(paper, to=reader, name="材料"),
        )
    ]

    assert shown == ["inline", "inline", "attachment"]


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-9", 206, (0, 9)),
        ("bytes=100-", 206, (100, None)),
        ("bytes=-20", 206, (-20, None)),
        ("bytes=99999999-", 416, None),
        ("bytes=5-2", 416, None),
        ("bytes=0-1,5-6", 200, (0, None)),
        ("nonsense", 200, (0, None)),
    ],
)
def test_film_is_sent_in_the_pieces_that_are_asked_for(client, reader, film, asked, status, span):
    response = get(client, links.show(film, to=reader, name="演示"), Range=asked)

    assert response.status_code == status
    if span is None:
        assert response["Content-Range"] == f"bytes */{film.size}"
        return
    first = span[0] if span[0] >= 0 else film.size + span[0]
    last = film.size - 1 if span[1] is None else span[1]
    assert len(response.read) == last - first + 1
    if status == 206:
        assert response["Content-Range"] == f"bytes {first}-{last}/{film.size}"


def test_unchanged_picture_is_not_sent_again(client, reader, picture):
    address = links.show(picture, to=reader, name="图")
    etag = get(client, address)["ETag"]

    assert get(client, address, **{"If-None-Match": etag}).status_code == 304


def test_address_stays_the_same_while_a_page_is_read_again(reader, picture):
    with time_machine.travel("2026-03-02 10:00:01", tick=False):
        first = links.link(picture, to=reader, name="图")
    with time_machine.travel("2026-03-02 10:40:00", tick=False):
        assert links.link(picture, to=reader, name="图") == first


def test_description_for_the_upload_script(reader, picture):
    described = links.described(picture, to=reader, name="图片1")

    assert (UUID(described["id"]), described["kind"], described["name"]) == (picture.pk, "image", "图片1")
    assert set(described) == {"id", "name", "kind", "size", "preview", "url"}


def test_pages_of_a_pdf_are_shown_as_pictures_and_removed_with_it(client, reader, django_capture_on_commit_callbacks):
    paper = actions.store(samples.upload(samples.pdf(pages=2), "讲义.pdf"), by=None)

    answers = [get(client, links.page(paper, index, to=reader)) for index in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 404]
    assert answers[0]["Content-Type"] == "image/jpeg"
    assert answers[0].read[:2] == b"\xff\xd8"
    assert len(page_pictures.kept(paper)) == 2
    assert client.get(links.page(paper, 0, to=UserFactory())).status_code == 404

    with django_capture_on_commit_callbacks(execute=True):
        assert actions.purge(at=timezone.now() + timedelta(days=2)) == 1
    assert page_pictures.kept(paper) == []


def test_what_is_no_pdf_has_no_pages(client, reader, picture):
    assert page_pictures.count(picture) == 0
    assert get(client, links.page(picture, 0, to=reader)).status_code == 404
