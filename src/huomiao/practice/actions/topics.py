"""Keeping the knowledge tree: add, rename, move, remove."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models.deletion import ProtectedError
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.practice.models import Topic
from huomiao.practice.queries import topics as queries
from huomiao.practice.rules import topics as rules
from huomiao.practice.states import TopicKind

if TYPE_CHECKING:
    from huomiao.accounts.models import User


@transaction.atomic
def add(*, code: str, name: str, kind: str, parent: Topic | None, by: User | None) -> Topic:
    """A new topic, the last below ``parent``; a trade without one. Without a ``code`` it gets the next free number.

    Raises:
        NotAllowed: ``by`` keeps no banks.
        Invalid: the kind cannot hang there, the tree is too deep, or the code is taken.
    """
    if by is not None and not rules.can_add(by):
        raise NotAllowed(_("只有管理题库的人可以增加知识点。"))
    above = _lock_parent(parent)
    _check_place(kind, above)
    if above is not None and above.depth >= rules.MOST_DEPTH:
        raise Invalid(_("知识点最多分 %(most)d 层。") % {"most": rules.MOST_DEPTH})
    values = {"code": code or _free_code(above), "name": name, "kind": kind}
    try:
        with transaction.atomic():
            topic = Topic.objects.add_child(above, values) if above else Topic.objects.add_root(values)
    except IntegrityError as problem:
        raise Invalid(_taken(values["code"])) from problem
    history.record(topic, "topic.created", by=by)
    return topic


@transaction.atomic
def change(topic: Topic, *, code: str, name: str, kind: str, by: User | None) -> Topic:
    """Rename ``topic`` or make it another kind.

    Raises:
        NotAllowed: others use it, or ``by`` keeps no banks.
        Invalid: the kind does not fit above or below, or the code is taken.
    """
    locked = _lock(topic, by=by)
    parent = queries.parent(locked)
    if kind != locked.kind:
        _check_place(kind, parent)
    children = {TopicKind(child.kind) for child in queries.children(locked)}
    if not children <= rules.BELOW[TopicKind(kind)]:
        raise Invalid(_("它下面的内容不能放在“%(kind)s”之下。") % {"kind": TopicKind(kind).label})
    moved = {
        field: [getattr(locked, field), value]
        for field, value in (("code", code), ("name", name), ("kind", kind))
        if getattr(locked, field) != value
    }
    if not moved:
        return locked
    locked.code, locked.name, locked.kind = code, name, kind
    try:
        with transaction.atomic():
            locked.save(update_fields=["code", "name", "kind"])
    except IntegrityError as problem:
        raise Invalid(_taken(code)) from problem
    history.record(locked, "topic.changed", by=by, changes=moved)
    return locked


@transaction.atomic
def shift(topic: Topic, *, up: bool, by: User | None) -> Topic:
    """One place up or down among its siblings; at the end of the row it stays where it is.

    Raises:
        NotAllowed: others use it, or ``by`` keeps no banks.
    """
    locked = _lock(topic, by=by)
    siblings = list(queries.siblings(locked))
    place = next(at for at, one in enumerate(siblings) if one.pk == locked.pk)
    other = place - 1 if up else place + 1
    if 0 <= other < len(siblings):
        Topic.objects.move(locked, siblings[other], "left" if up else "right")
        history.record(locked, "topic.moved", by=by)
    return Topic.objects.get(pk=locked.pk)


@transaction.atomic
def move(topic: Topic, *, to: Topic | None, by: User | None) -> Topic:
    """Hang ``topic`` with all below it under ``to``.

    Raises:
        NotAllowed: others use it, or ``by`` keeps no banks.
        Invalid: it cannot hang there.
    """
    locked = _lock(topic, by=by)
    target = _lock_parent(to)
    if target is not None and target.path.startswith(locked.path):
        raise Invalid(_("不能移到它自己的下面。"))
    _check_place(locked.kind, target)
    height = max(one.depth for one in queries.branch(locked)) - locked.depth
    if target is not None and target.depth + 1 + height > rules.MOST_DEPTH:
        raise Invalid(_("知识点最多分 %(most)d 层。") % {"most": rules.MOST_DEPTH})
    if target is not None:
        Topic.objects.move(locked, target, "last-child")
    else:
        Topic.objects.move(locked, Topic.objects.order_by("path").filter(depth=1).last(), "right")
    history.record(locked, "topic.moved", by=by, note=str(target or ""))
    return Topic.objects.get(pk=locked.pk)


@transaction.atomic
def remove(topic: Topic, *, by: User | None) -> None:
    """Take ``topic`` out of the tree, as long as nothing is below it and nothing uses it.

    Raises:
        NotAllowed: ``by`` keeps no banks.
        WrongState: something is below it or uses it.
    """
    locked = _lock(topic, by=by)
    if queries.children(locked).exists():
        raise WrongState(_("“%(topic)s”下面还有内容，请先移走或删除它们。") % {"topic": locked})
    try:
        with transaction.atomic():
            history.record(locked, "topic.removed", by=by)
            Topic.objects.filter(pk=locked.pk).delete()
    except ProtectedError as problem:
        raise WrongState(_("“%(topic)s”还有试题、题库或考试在用，不能删除。") % {"topic": locked}) from problem


def _lock(topic: Topic, *, by: User | None) -> Topic:
    locked = Topic.objects.select_for_update().filter(pk=topic.pk).first()
    if locked is None:
        raise WrongState(_("这个知识点刚刚被删除了，请刷新页面。"))
    if by is not None and not rules.can_change(by, locked):
        raise NotAllowed(_("别的工会也在用这个知识点，请联系上级工会修改。"))
    return locked


def _lock_parent(parent: Topic | None) -> Topic | None:
    """``parent`` locked, so that of two who add below it at once each gets a place; all trades for the top."""
    if parent is None:
        list(Topic.objects.select_for_update().filter(depth=1).values_list("pk"))
        return None
    locked = Topic.objects.select_for_update().filter(pk=parent.pk).first()
    if locked is None:
        raise WrongState(_("“%(topic)s”刚刚被删除了，请刷新页面。") % {"topic": parent})
    return locked


def _free_code(parent: Topic | None) -> str:
    start = f"{parent.code}-" if parent else "T"
    taken = set(Topic.objects.filter(code__startswith=start).values_list("code", flat=True))
    return next(code for number in count(1) if (code := f"{start[-36:]}{number:02d}") not in taken)


def _check_place(kind: str, parent: Topic | None) -> None:
    if parent is None and kind != TopicKind.TRADE:
        raise Invalid(_("最上层只能是工种。"))
    if parent is not None and TopicKind(kind) not in rules.BELOW[TopicKind(parent.kind)]:
        raise Invalid(
            _("“%(kind)s”不能放在“%(parent)s”之下。")
            % {"kind": TopicKind(kind).label, "parent": TopicKind(parent.kind).label}
        )


def _taken(code: str) -> str:
    return _("代码“%(code)s”已经有了，请换一个。") % {"code": code}
