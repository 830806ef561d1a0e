"""The pictures of articles: which are wanted, and which copy of each the archive has.

A picture is fetched once. When a new version of its page names it again, its host is asked whether it is still the same
(a conditional request); a picture that changed is another copy, and earlier versions go on showing the earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from huomiao.newsdesk import known_addresses, web_addresses
from huomiao.newsdesk.models import Address, Article, Capture, Picture, Source, Version
from huomiao.newsdesk.pipeline.fetch.revisits import Memory
from huomiao.newsdesk.states import AddressKind


def note(article: Article, version: Version) -> None:
    """Make a row for each picture of ``version`` that ``article`` did not have before."""
    known = set(article.pictures.values_list("url_hash", flat=True))
    rows = {one.url_hash: one for one in _named(article, version) if one.url_hash not in known}
    Picture.objects.bulk_create(rows.values(), ignore_conflicts=True)


def _named(article: Article, version: Version) -> Iterator[Picture]:
    for block in version.body:
        image = block.get("image") or {}
        url = web_addresses.cleaned(str(image.get("address", "")))
        if url:
            yield Picture(
                article=article,
                url=url,
                url_hash=web_addresses.key(url),
                caption=str(image.get("caption", ""))[:500],
                credit=str(image.get("credit", ""))[:80],
            )


def want(article: Article, version: Version, source: Source, *, at: datetime) -> None:
    """Use the copies that the archive has of the pictures in ``version``, have those that it lacks fetched, and those that
    may have changed asked for again."""
    named = {one.url_hash for one in _named(article, version)}
    held = set(article.pictures.filter(url_hash__in=named).exclude(capture=None).values_list("url_hash", flat=True))
    for picture in article.pictures.filter(url_hash__in=named - held, capture=None):
        picture.capture = _copy_of(picture)
        if picture.capture is not None:
            picture.save(update_fields=["capture"])
        else:
            known_addresses.known(picture.url, source=source, kind=AddressKind.PICTURE, due_at=at, at=at)
    _ask_again(held, at=at)


def _copy_of(picture: Picture) -> Capture | None:
    held = Capture.objects.filter(url_hash=picture.url_hash, status=200, content_type__startswith="image/")
    return held.order_by("-pk").first()


def _ask_again(hashes: Iterable[str], *, at: datetime) -> None:
    """Only where the host gave something by which it can say that nothing changed: a whole picture is not fetched twice."""
    rested = Address.objects.filter(
        url_hash__in=hashes, kind=AddressKind.PICTURE, due_at=None, leased_until=None, visited_at__isnull=False
    )
    asked = [one.pk for one in rested if Memory.from_json(one.memory).validators is not None]
    Address.objects.filter(pk__in=asked, leased_until=None).update(due_at=at)


def take(capture: Capture) -> None:
    """``capture`` is the copy of a picture: of its own address, or of the one that led to it by redirects."""
    hashes = [capture.url_hash, *([capture.address.url_hash] if capture.address else [])]
    Picture.objects.filter(url_hash__in=hashes, capture=None).update(capture=capture)
    changed: dict[int, Picture] = {}
    for picture in Picture.objects.filter(url_hash__in=hashes).select_related("capture").order_by("pk"):
        changed[picture.article_id] = picture
    Picture.objects.bulk_create(
        (
            Picture(
                article_id=pk,
                capture=capture,
                url=last.url,
                url_hash=last.url_hash,
                caption=last.caption,
                credit=last.credit,
            )
            for pk, last in changed.items()
            if last.capture is not None and _is_another(last.capture, capture)
        ),
        ignore_conflicts=True,
    )


def _is_another(last: Capture, capture: Capture) -> bool:
    return last.digest != capture.digest and last.taken_at < capture.taken_at


def shown_in(article: Article, *, until: datetime | None) -> dict[str, Picture]:
    """The copies by the key of their address, as they were ``until`` the next version was fetched (None: the latest)."""
    found: dict[str, Picture] = {}
    held = article.pictures.exclude(capture=None).select_related("capture").order_by("capture__taken_at", "pk")
    for picture in held:
        is_later = until is not None and picture.capture is not None and picture.capture.taken_at >= until
        if not is_later or picture.url_hash not in found:
            found[picture.url_hash] = picture
    return found
