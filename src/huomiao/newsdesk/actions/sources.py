"""Adding sources, and looking after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.newsdesk import known_addresses, web_addresses, websub
from huomiao.newsdesk.models import Address, Article, Category, Source
from huomiao.newsdesk.rules import sources as rules
from huomiao.newsdesk.states import AddressKind, SourceKind, SourceState
from huomiao.orgs.models import Organization

if TYPE_CHECKING:
    from huomiao.accounts.models import User


MOST_NAMES = 20


@dataclass(frozen=True)
class Way:
    """A way to watch a site: its address (cleaned), its kind, and for a list the patterns of its articles' addresses."""

    address: str
    kind: SourceKind
    patterns: Sequence[str] = ()


@transaction.atomic
def add(
    way: Way, *, name: str, keeper: Organization, category: Category | None, by: User, at: datetime | None = None
) -> Source:
    """Watch a site in this way from now on; the crawl asks for it at its next turn.

    Raises:
        NotAllowed: ``by`` edits no news for ``keeper``.
        Invalid: the address is none, or is watched already.
    """
    if not rules.can_add(by, keeper):
        raise NotAllowed(_("只有这个单位的资讯编辑可以添加来源。"))
    url = web_addresses.cleaned(way.address)
    if not url:
        raise Invalid(_("这不是可以访问的网址，请从浏览器的地址栏里复制。"))
    key = web_addresses.key(url)
    known = Source.objects.filter(address_hash=key).first()
    if known is not None:
        told = {"name": known.name}
        if known.state == SourceState.RETIRED:
            raise Invalid(_("这个地址以前采集过，来源“%(name)s”已停用：在“已停用”里打开它，点“恢复采集”。") % told)
        raise Invalid(_("这个地址已经在采集，来源名称是“%(name)s”。") % told)
    source = Source.objects.create(
        name=name,
        kind=way.kind,
        address=url,
        address_hash=key,
        site=web_addresses.site(url),
        keeper=keeper,
        category=category,
        rules={"links": list(way.patterns)} if way.patterns else {},
    )
    moment = at or timezone.now()
    # An article of another source may link here; from now on it is looked at as what it is.
    kind = AddressKind(way.kind.value)
    entrance = known_addresses.known(url, source=source, kind=kind, due_at=moment, at=moment)
    Address.objects.filter(pk=entrance.pk).update(
        source=source, kind=kind, rank=known_addresses.rank_of(kind), due_at=moment, memory=""
    )
    history.record(source, "news_source.added", by=by, note=url[:200], at=moment)
    return source


@transaction.atomic
def add_archive(name: str, *, keeper: Organization, by: User) -> Source:
    """The source under which an imported archive stands; one of that name that ``keeper`` has is gone on with.

    Raises:
        NotAllowed: ``by`` edits no news for ``keeper``.
    """
    if not rules.can_add(by, keeper):
        raise NotAllowed(_("只有这个单位的资讯编辑可以添加来源。"))
    address = f"archive:{keeper.code}/{name}"
    source, is_new = Source.objects.get_or_create(
        address_hash=web_addresses.key(address),
        defaults={"name": name, "kind": SourceKind.ARCHIVE, "address": address, "site": "", "keeper": keeper},
    )
    if is_new:
        history.record(source, "news_source.added", by=by, note=address[:200])
    return source


@transaction.atomic
def change(source: Source, *, name: str, category: Category | None, by: User) -> None:
    """Rename a source, or have its articles filed elsewhere from now on.

    Raises:
        NotAllowed: ``by`` does not look after it.
    """
    locked = _locked(source, by=by)
    before = [locked.name, locked.category.name if locked.category else ""]
    locked.name, locked.category = name, category
    locked.save(update_fields=["name", "category"])
    if before[0] != name:
        _draw_chains_anew(locked)
    changes = {"name": [before[0], name], "category": [before[1], category.name if category else ""]}
    history.record(locked, "news_source.changed", by=by, changes=changes)


@transaction.atomic
def name_also(source: Source, names: Sequence[str], *, by: User) -> None:
    """Say by which other names the source's articles credit it; the chains in which they stand are drawn anew.

    Raises:
        NotAllowed: ``by`` does not look after it.
    """
    locked = _locked(source, by=by)
    given = [name for name in dict.fromkeys(" ".join(one.split())[:80] for one in names) if name]
    before, locked.also_called = locked.also_called, given[:MOST_NAMES]
    if before == locked.also_called:
        return
    locked.save(update_fields=["also_called"])
    _draw_chains_anew(locked)
    history.record(locked, "news_source.named", by=by, changes={"also_called": [before, locked.also_called]})


@transaction.atomic
def pause(source: Source, *, by: User) -> None:
    """Ask the source for nothing more until it is resumed. What was collected stays.

    Raises:
        NotAllowed: ``by`` does not look after it. WrongState: it is paused already.
    """
    locked = _locked(source, by=by)
    if locked.state != SourceState.ACTIVE:
        raise WrongState(_("这个来源没有在采集。"))
    _stop(locked, SourceState.PAUSED)
    history.record(locked, "news_source.paused", by=by)


@transaction.atomic
def retire(source: Source, *, note: str, by: User) -> None:
    """Take the source off the board, for good as far as one knows. What was collected stays, and it can be resumed.

    Raises:
        NotAllowed: ``by`` does not look after it. WrongState: it is retired already.
    """
    locked = _locked(source, by=by)
    if locked.state == SourceState.RETIRED:
        raise WrongState(_("这个来源已经停用。"))
    _stop(locked, SourceState.RETIRED)
    history.record(locked, "news_source.retired", by=by, note=note)


@transaction.atomic
def look_now(source: Source, *, by: User, at: datetime | None = None) -> None:
    """Have the source looked at at the crawl's next turn, and the pages that could not be had asked for again.

    Raises:
        NotAllowed: ``by`` does not look after it. WrongState: nothing is collected from it.
    """
    locked = _locked(source, by=by)
    if locked.state != SourceState.ACTIVE:
        raise WrongState(_("这个来源没有在采集，请先恢复采集。"))
    free = Address.objects.filter(source=locked, leased_until=None)
    free.filter(Q(url_hash=locked.address_hash) | ~Q(trouble="")).update(due_at=at or timezone.now())
    history.record(locked, "news_source.looked_at", by=by)


@transaction.atomic
def resume(source: Source, *, by: User, at: datetime | None = None) -> None:
    """Go on collecting. Raises as ``pause``."""
    locked = _locked(source, by=by)
    if locked.state == SourceState.ACTIVE:
        raise WrongState(_("这个来源正在采集。"))
    _set(locked, SourceState.ACTIVE)
    entrance = Address.objects.filter(source=locked, url_hash=locked.address_hash)
    entrance.update(due_at=at or timezone.now())
    # Pages that were found and never fetched are still wanted; those fetched before wait to be found again.
    Address.objects.filter(source=locked, visited_at=None).update(due_at=at or timezone.now())
    websub.come_back(locked, at=at or timezone.now())
    history.record(locked, "news_source.resumed", by=by)


def _stop(source: Source, state: SourceState) -> None:
    _set(source, state)
    Address.objects.filter(source=source, leased_until=None).update(due_at=None)
    websub.leave(source, at=timezone.now())


def _draw_chains_anew(source: Source) -> None:
    """What its articles credit means something else now; whoever took from it stands in a chain with one of them."""
    Article.objects.filter(source=source, copy__isnull=False).update(is_related=False)


def _set(source: Source, state: SourceState) -> None:
    source.state, source.failures, source.last_error = state, 0, ""
    source.save(update_fields=["state", "failures", "last_error"])


def _locked(source: Source, *, by: User) -> Source:
    locked = Source.objects.select_for_update(of=("self",)).select_related("keeper", "category").get(pk=source.pk)
    if not rules.can_manage(by, locked):
        raise NotAllowed(_("只有维护单位的资讯编辑可以管理这个来源。"))
    return locked
