"""Arranging the categories: adding, renaming, ordering, retiring, and the rules that file articles in them."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.newsdesk import filing
from huomiao.newsdesk.models import Article, Category, FilingRule, Source, Subscription
from huomiao.newsdesk.queries import categories as queries
from huomiao.newsdesk.rules import categories as rules
from huomiao.newsdesk.tasks import indexing

if TYPE_CHECKING:
    from huomiao.accounts.models import User

# Positions are this far apart, so that a row can be put between two without moving the others.
STEP = 10
SLUG_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@transaction.atomic
def add(*, name: str, slug: str = "", is_own: bool, by: User) -> Category:
    """A new category, the last of its kind. Without ``slug`` its address is made up.

    Raises:
        NotAllowed: ``by`` arranges no categories.
        Invalid: the name or the address is another category's, or was.
    """
    _ask(by)
    _refuse_taken(name)
    slug = slug or f"c-{get_random_string(6, SLUG_LETTERS)}"
    if Category.objects.filter(slug=slug).exists():
        raise Invalid(_("网址名“%(slug)s”已被使用，请换一个。") % {"slug": slug})
    last = Category.objects.order_by("-position").values_list("position", flat=True).first() or 0
    made = Category.objects.create(slug=slug, name=name, is_own=is_own, position=last + STEP)
    history.record(made, "news_category.added", by=by)
    return made


@transaction.atomic
def change(category: Category, *, name: str, is_own: bool, by: User) -> None:
    """Rename a category. Its address stays; pages and searches that know the old name still find it.

    Raises:
        NotAllowed: ``by`` arranges no categories.
        Invalid: the name is another category's, or was.
    """
    locked = _locked(category, by=by)
    _refuse_taken(name, besides=locked)
    before = locked.name
    if before != name:
        locked.former_names = [one for one in [*locked.former_names, before] if one != name]
    changes = {"name": [before, name], "is_own": [locked.is_own, is_own]}
    locked.name, locked.is_own = name, is_own
    locked.save(update_fields=["name", "is_own", "former_names"])
    if before != name:
        _index_again(locked)
        _have_subscriptions_follow(before, name)
    history.record(locked, "news_category.changed", by=by, changes=changes)


@transaction.atomic
def move(category: Category, *, up: bool, by: User) -> None:
    """Put a category one place higher or lower; at the end it stays. Raises as ``change``, never ``Invalid``."""
    locked = _locked(category, by=by)
    rows = list(queries.in_use().select_for_update(of=("self",)))
    at = next((at for at, one in enumerate(rows) if one.pk == locked.pk), None)
    if at is None:
        raise WrongState(_("这个类别已经撤并，不再排列。"))
    to = min(max(at + (-1 if up else 1), 0), len(rows) - 1)
    rows.insert(to, rows.pop(at))
    for number, row in enumerate(rows, 1):
        row.position = number * STEP
    Category.objects.bulk_update(rows, ["position"])
    history.record(locked, "news_category.moved", by=by, changes={"position": [at + 1, to + 1]})


@transaction.atomic
def retire(category: Category, *, into: Category, by: User) -> int:
    """Merge a category into another: its articles, rules and sources go there, and so does its address; how many articles.

    Raises:
        NotAllowed: ``by`` arranges no categories.
        WrongState: it is retired already. Invalid: ``into`` is itself or retired.
    """
    locked = _locked(category, by=by)
    if locked.merged_into_id is not None:
        raise WrongState(_("这个类别已经撤并。"))
    if into.pk == locked.pk or into.merged_into_id is not None:
        raise Invalid(_("请选择另一个在用的类别来接收文章。"))
    moved = _index_again(locked, to=into)
    Source.objects.filter(category=locked).update(category=into)
    locked.rules.update(category=into)
    locked.absorbed.update(merged_into=into)
    locked.merged_into = into
    locked.save(update_fields=["merged_into"])
    _have_subscriptions_follow(locked.name, into.name)
    history.record(locked, "news_category.retired", by=by, note=into.name, changes={"articles": [moved, 0]})
    return moved


@transaction.atomic
def restore(category: Category, *, by: User) -> None:
    """Take a retired category into use again. What went elsewhere stays there: an editor or a rule brings it back.

    Raises:
        NotAllowed: ``by`` arranges no categories. WrongState: it is not retired.
    """
    locked = _locked(category, by=by)
    if locked.merged_into_id is None:
        raise WrongState(_("这个类别正在使用。"))
    locked.merged_into = None
    locked.save(update_fields=["merged_into"])
    history.record(locked, "news_category.restored", by=by)


@transaction.atomic
def add_rule(category: Category, *, place: str, words: str, by: User) -> int:
    """File by these words from now on, and what is here already but for what editors filed; returns how many of these.

    Raises:
        NotAllowed: ``by`` arranges no categories.
        WrongState: the category is retired. Invalid: there is such a rule.
    """
    locked = _locked(category, by=by)
    if locked.merged_into_id is not None:
        raise WrongState(_("这个类别已经撤并。"))
    known = FilingRule.objects.filter(place=place, words=words).select_related("category").first()
    if known is not None:
        raise Invalid(_("已经有这条规则，归入“%(name)s”。") % {"name": known.category.name})
    made = FilingRule.objects.create(category=locked, place=place, words=words)
    filed = filing.file_by(made)
    history.record(locked, "news_category.rule_added", by=by, note=str(made))
    transaction.on_commit(partial(indexing.bring_up_to_date.enqueue))
    return filed


@transaction.atomic
def drop_rule(rule: FilingRule, *, by: User) -> None:
    """File by it no more; what it filed stays. Raises as ``change``, never ``Invalid``."""
    locked = _locked(rule.category, by=by)
    words = str(rule)
    rule.delete()
    history.record(locked, "news_category.rule_dropped", by=by, note=words)


def _ask(by: User) -> None:
    if not rules.can_arrange(by):
        raise NotAllowed(_("类别由各单位共用，只有最上级工会的资讯编辑可以调整。"))


def _locked(category: Category, *, by: User) -> Category:
    _ask(by)
    return Category.objects.select_for_update(of=("self",)).get(pk=category.pk)


def _refuse_taken(name: str, *, besides: Category | None = None) -> None:
    for category in Category.objects.all():
        if (besides is None or category.pk != besides.pk) and name in (category.name, *category.former_names):
            raise Invalid(_("“%(name)s”是类别“%(other)s”的名称或旧名。") % {"name": name, "other": category.name})


def _index_again(category: Category, *, to: Category | None = None) -> int:
    """Have the articles of ``category`` indexed anew, filed in ``to`` where it is given; returns how many."""
    rows = Article.objects.filter(category=category)
    again = F("revision") + 1
    count = rows.update(revision=again) if to is None else rows.update(revision=again, category=to)
    transaction.on_commit(partial(indexing.bring_up_to_date.enqueue))
    return count


def _have_subscriptions_follow(before: str, after: str) -> None:
    """Subscriptions that narrow to a category by its name narrow to it by its new one."""
    narrowing = re.compile(rf"((?:类别|category)[:：])([\"“”]?){re.escape(before)}(?=[\"“”]?(?:\s|$))", re.IGNORECASE)
    for one in Subscription.objects.filter(query__contains=before):
        query = narrowing.sub(lambda found: f"{found[1]}{found[2]}{after}", one.query)[:300]
        if query != one.query and not Subscription.objects.filter(user=one.user_id, query=query).exists():
            Subscription.objects.filter(pk=one.pk).update(query=query)
