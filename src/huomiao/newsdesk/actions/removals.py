"""Taking pages down and bringing them back, on request or by the desk itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.files import actions as files
from huomiao.files.models import Kind
from huomiao.newsdesk.models import Article, Proof, Removal
from huomiao.newsdesk.queries import removals as queries
from huomiao.newsdesk.rules import articles as rules
from huomiao.newsdesk.states import REMOVAL_MOVES, ArticleState, RemovalState
from huomiao.newsdesk.tasks import indexing
from huomiao.notices.calendar import Calendar

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from huomiao.accounts.models import User

MOST_PROOFS = 5
PROOF_MB = 20
PROOF_KINDS = (Kind.IMAGE, Kind.PDF, Kind.OFFICE)
TWICE_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Asker:
    """Who asks: a person or a unit, and how they are reached."""

    name: str
    phone: str


@transaction.atomic
def ask(
    article: Article,
    *,
    reason: str,
    text: str,
    asker: Asker,
    proofs: Sequence[UploadedFile],
    at: datetime | None = None,
) -> Removal:
    """Hand in a request to take ``article`` down; the same words sent twice within minutes are one request.

    Raises:
        Invalid: there are too many files, or one of them cannot be taken.
    """
    moment = at or timezone.now()
    if len(proofs) > MOST_PROOFS:
        raise Invalid(_("证明材料最多 %(most)d 个文件。") % {"most": MOST_PROOFS})
    same = queries.same_request(article, text=text, since=moment - TWICE_WITHIN)
    if same is not None:
        return same
    made = Removal.objects.create(
        article=article,
        reason=reason,
        text=text,
        name=asker.name,
        phone=asker.phone,
        made_at=moment,
        due_on=Calendar().add_working_days(timezone.localdate(moment), queries.DAYS_TO_ANSWER),
    )
    for upload in proofs:
        Proof.objects.create(removal=made, file=files.store(upload, by=None, kinds=PROOF_KINDS, limit_mb=PROOF_MB))
    history.record(made, "removal.asked", by=None, at=moment)
    return made


@transaction.atomic
def grant(removal: Removal, *, answer: str, by: User, at: datetime | None = None) -> None:
    """Take the article down as asked; page, search and feeds are without it from this moment.

    Raises:
        NotAllowed: ``by`` does not edit what this source's union keeps.
        WrongState: the request was answered already.
    """
    moved = _move(removal, RemovalState.TAKEN_DOWN, answer=answer, by=by, at=at)
    article = _locked(moved.article)
    if article.state != ArticleState.TAKEN_DOWN:
        _hide(article, note=_("删除申请 %(receipt)s") % {"receipt": moved.receipt}, by=by)


@transaction.atomic
def refuse(removal: Removal, *, answer: str, by: User, at: datetime | None = None) -> None:
    """Leave the article where it is, and say why. Raises as ``grant``."""
    _move(removal, RemovalState.REFUSED, answer=answer, by=by, at=at)


@transaction.atomic
def lift(removal: Removal, *, answer: str, by: User, at: datetime | None = None) -> None:
    """Bring the article back, unless another request keeps it down. Raises as ``grant``."""
    moved = _move(removal, RemovalState.LIFTED, answer=answer, by=by, at=at)
    article = _locked(moved.article)
    if article.state == ArticleState.TAKEN_DOWN and not queries.keeps_down(article):
        _show(article, note=_("删除申请 %(receipt)s") % {"receipt": moved.receipt}, by=by)


@transaction.atomic
def take_down(article: Article, *, note: str, by: User) -> None:
    """The desk takes a page down of its own accord.

    Raises:
        NotAllowed: ``by`` does not edit it. WrongState: it is down already.
    """
    if not rules.can_edit(by, article):
        raise NotAllowed(_("只有维护这个来源的编辑可以下架文章。"))
    locked = _locked(article)
    if locked.state == ArticleState.TAKEN_DOWN:
        raise WrongState(_("这篇文章已经下架。"))
    _hide(locked, note=note, by=by)


@transaction.atomic
def bring_back(article: Article, *, note: str, by: User) -> None:
    """Show an article again that the desk had taken down.

    Raises:
        NotAllowed: ``by`` does not edit it. WrongState: it is not down, or a granted request keeps it down.
    """
    if not rules.can_edit(by, article):
        raise NotAllowed(_("只有维护这个来源的编辑可以恢复文章。"))
    locked = _locked(article)
    if locked.state != ArticleState.TAKEN_DOWN:
        raise WrongState(_("这篇文章没有下架。"))
    if queries.keeps_down(locked):
        raise WrongState(_("有删除申请要求下架这篇文章，请在那份申请里恢复。"))
    _show(locked, note=note, by=by)


def _move(removal: Removal, to: RemovalState, *, answer: str, by: User, at: datetime | None) -> Removal:
    locked = (
        Removal.objects.select_for_update(of=("self",)).select_related("article__source__keeper").get(pk=removal.pk)
    )
    if not rules.can_edit(by, locked.article):
        raise NotAllowed(_("只有维护这个来源的编辑可以处理这份申请。"))
    if to not in REMOVAL_MOVES[RemovalState(locked.state)]:
        raise WrongState(_("这份申请现在是“%(state)s”，不能这样处理。") % {"state": locked.get_state_display()})
    locked.state, locked.answer = to, answer
    locked.decided_by, locked.decided_at = by, at or timezone.now()
    locked.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    history.record(locked, f"removal.{to}", by=by, note=answer[:200])
    return locked


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update(of=("self",)).select_related("source__keeper").get(pk=article.pk)


def _hide(article: Article, *, note: str, by: User) -> None:
    _set(article, ArticleState.TAKEN_DOWN)
    history.record(article, "article.taken_down", by=by, note=note)
    transaction.on_commit(partial(indexing.bring_up_to_date.enqueue))


def _show(article: Article, *, note: str, by: User) -> None:
    _set(article, article.state_asked_for)
    history.record(article, "article.lifted", by=by, note=note)
    transaction.on_commit(partial(indexing.bring_up_to_date.enqueue))


def _set(article: Article, state: ArticleState) -> None:
    article.state = state
    article.revision += 1
    article.save(update_fields=["state", "revision"])
