"""Everything that can happen to a node of the tree."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed, WrongState
from huomiao.orgs import merging, queries, rules
from huomiao.orgs.models import FormerName, Membership, Organization, RosterEntry

if TYPE_CHECKING:
    from huomiao.accounts.models import User

DEEPEST = 12


def create(parent: Organization, *, by: User, **values: Any) -> Organization:
    """Hang a new organization below ``parent``.

    Raises:
        Invalid: the code is taken.
    """
    if not rules.can_create_below(by, parent):
        raise NotAllowed(_("您不能在“%(name)s”之下新增组织。") % {"name": parent})
    if parent.depth >= DEEPEST:
        raise Invalid(_("层级过深：“%(name)s”已在第 %(depth)s 级。") % {"name": parent, "depth": parent.depth})
    try:
        with transaction.atomic():
            made = Organization.objects.add_child(parent, values)
            history.record(made, "organization.created", by=by, note=_("上级：%(name)s") % {"name": parent})
    except IntegrityError as error:
        raise Invalid(_("组织代码“%(code)s”已被使用。") % {"code": values["code"]}) from error
    return made


@transaction.atomic
def edit(organization: Organization, *, by: User, **values: Any) -> Organization:
    """Set facts of ``organization``; its name changes by ``rename``."""
    if not rules.can_edit(by, organization):
        raise NotAllowed(_("您不能修改“%(name)s”的资料。") % {"name": organization})
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    changes = {
        name: [_plain(getattr(locked, name)), _plain(value)]
        for name, value in values.items()
        if getattr(locked, name) != value
    }
    if not changes:
        return locked
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(values))
    history.record(locked, "organization.edited", by=by, changes=changes)
    return locked


def _plain(value: Any) -> Any:
    return value.code if isinstance(value, Organization) else value


@transaction.atomic
def rename(organization: Organization, name: str, *, by: User, short_name: str = "", on: date | None = None) -> None:
    """Give ``organization`` a new name; the old one is kept and still finds it."""
    if not rules.can_rearrange(by, organization):
        raise NotAllowed(_("改名须由上级工会办理。"))
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    if (locked.name, locked.short_name) == (name, short_name):
        return
    changes = {"name": [locked.name, name], "short_name": [locked.short_name, short_name]}
    set_name(locked, name, on=on or timezone.localdate())
    locked.short_name = short_name
    locked.save(update_fields=["name", "short_name"])
    history.record(locked, "organization.renamed", by=by, note=f"{changes['name'][0]} → {name}", changes=changes)


def set_name(organization: Organization, name: str, *, on: date) -> None:
    """Set the name and keep the old one as a former name; does not save the organization."""
    if organization.name == name:
        return
    FormerName.objects.create(organization=organization, name=organization.name, until=on)
    organization.name = name


@transaction.atomic
def move(organization: Organization, *, to: Organization, by: User, note: str = "") -> None:
    """Hang ``organization`` with everything below it under ``to``; both parents' histories tell of it."""
    nodes = _locked(organization, to)
    organization, to = nodes[organization.pk], nodes[to.pk]
    if not rules.can_move(by, organization, to=to):
        raise NotAllowed(_("移动组织须同时管理它的上级和新的上级，且新的上级在用。"))
    if to.path.startswith(organization.path):
        raise Invalid(_("不能把“%(name)s”移到它自己或它的下级之下。") % {"name": organization})
    if organization.path[: -Organization.steplen] == to.path:
        raise WrongState(_("“%(name)s”已经在“%(parent)s”之下。") % {"name": organization, "parent": to})
    before = queries.parent(organization)
    below = (
        queries.branch(organization).order_by("-depth").values_list("depth", flat=True).first() or organization.depth
    )
    if to.depth + 1 + below - organization.depth > DEEPEST:
        raise Invalid(_("移动后层级过深，最多 %(most)s 级。") % {"most": DEEPEST})
    Organization.objects.move(organization, to, "last-child")
    words = {"name": organization, "before": before, "after": to}
    told = _("%(name)s：从“%(before)s”移到“%(after)s”") % words
    note = f"{told}\n{note}" if note else told
    changes = {"parent": [before.code if before else "", to.code]}
    history.record(organization, "organization.moved", by=by, note=note, changes=changes)
    if before is not None:
        history.record(before, "organization.child_left", by=by, note=note)
    history.record(to, "organization.child_came", by=by, note=note)


@transaction.atomic
def merge(organization: Organization, *, into: Organization, by: User, note: str = "") -> None:
    """Merge ``organization`` into ``into``: its people, roster, children and what refers to it move; it stays findable."""
    nodes = _locked(organization, into)
    organization, into = nodes[organization.pk], nodes[into.pk]
    if not rules.can_merge(by, organization, into=into):
        raise NotAllowed(_("合并组织须由管理两者的上级工会办理。"))
    if organization.pk == into.pk or into.path.startswith(organization.path):
        raise Invalid(_("不能把“%(name)s”并入它自己或它的下级。") % {"name": organization})
    if not organization.is_active or not into.is_active:
        raise WrongState(_("停用的组织不能参与合并。"))
    _check_staff_numbers(organization, into)
    moved = _move_people(organization, into)
    for child in list(queries.children(organization, with_inactive=True)):
        Organization.objects.move(child, Organization.objects.get(pk=into.pk), "last-child")
    Organization.objects.filter(territory=organization).update(territory=into)
    merging.move_references(organization, into)
    Organization.objects.filter(pk=organization.pk).update(
        is_active=False, merged_into=into, head_count=0, member_count=0
    )
    Organization.objects.filter(pk=into.pk).update(
        head_count=into.head_count + organization.head_count, member_count=into.member_count + organization.member_count
    )
    told = _("%(name)s 并入 %(into)s") % {"name": organization, "into": into}
    note = f"{told}\n{note}" if note else told
    history.record(organization, "organization.merged", by=by, note=note, changes={"into": ["", into.code], **moved})
    history.record(into, "organization.absorbed", by=by, note=note, changes={"from": ["", organization.code], **moved})


def _locked(*organizations: Organization) -> dict[int, Organization]:
    """The organizations read afresh and locked, always in the same order, so that two who do this wait for each other."""
    pks = sorted({organization.pk for organization in organizations})
    return {node.pk: node for node in Organization.objects.select_for_update().filter(pk__in=pks).order_by("pk")}


def _check_staff_numbers(organization: Organization, into: Organization) -> None:
    theirs = RosterEntry.objects.filter(organization=into).exclude(staff_number="").values("staff_number")
    doubles = list(
        RosterEntry.objects.filter(organization=organization, staff_number__in=theirs)
        .order_by("staff_number")
        .values_list("staff_number", flat=True)[:5]
    )
    if doubles:
        raise Invalid(_("两个名册中有相同的工号，请先修改后再合并：%(numbers)s。") % {"numbers": "、".join(doubles)})


def _move_people(organization: Organization, into: Organization) -> dict[str, list[int]]:
    people = RosterEntry.objects.filter(organization=organization).update(organization=into)
    held = set(queries.people(into).values_list("user_id", "role"))
    now = timezone.now()
    moved = 0
    for membership in queries.people(organization):
        if (membership.user_id, membership.role) in held:
            Membership.objects.filter(pk=membership.pk).update(until=now)
        else:
            Membership.objects.filter(pk=membership.pk).update(organization=into)
            moved += 1
    return {"roster": [0, people], "memberships": [0, moved]}


@transaction.atomic
def deactivate(organization: Organization, *, by: User, note: str = "") -> None:
    """Take ``organization`` out of use. It stays findable; what hangs below it must be gone first."""
    if not rules.can_rearrange(by, organization):
        raise NotAllowed(_("停用须由上级工会办理。"))
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    if not locked.is_active:
        raise WrongState(_("“%(name)s”已经停用。") % {"name": locked})
    below = queries.children(locked).count()
    if below:
        raise WrongState(
            _("“%(name)s”还有 %(count)s 个在用的下级，请先移动、合并或停用它们。") % {"name": locked, "count": below}
        )
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    history.record(locked, "organization.deactivated", by=by, note=note, changes={"is_active": [True, False]})


@transaction.atomic
def reactivate(organization: Organization, *, by: User) -> None:
    """Take a closed organization into use again, unless it was merged away or its parent is closed."""
    if not rules.can_rearrange(by, organization):
        raise NotAllowed(_("恢复须由上级工会办理。"))
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    if locked.is_active:
        raise WrongState(_("“%(name)s”正在使用。") % {"name": locked})
    if locked.merged_into_id is not None:
        raise WrongState(_("“%(name)s”已并入其他组织，不能恢复。") % {"name": locked})
    above = queries.parent(locked)
    if above is not None and not above.is_active:
        raise WrongState(_("请先恢复上级“%(name)s”。") % {"name": above})
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    history.record(locked, "organization.reactivated", by=by, changes={"is_active": [False, True]})
