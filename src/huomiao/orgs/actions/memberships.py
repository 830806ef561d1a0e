"""Granting and ending roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import NotAllowed, WrongState
from huomiao.orgs import rules
from huomiao.orgs.models import Membership, Organization
from huomiao.orgs.roles import Role

if TYPE_CHECKING:
    from huomiao.accounts.models import User


@transaction.atomic
def grant(organization: Organization, user: User, role: Role, *, by: User) -> Membership:
    """Make ``user`` a ``role`` at ``organization``; doing it twice is the same as once."""
    if not rules.can_grant(by, organization, role, to=user):
        raise NotAllowed(
            _("您不能在“%(name)s”授予这个角色：只能授予不高于自己的角色，且不能授予自己。") % {"name": organization}
        )
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    if not locked.is_active:
        raise WrongState(_("“%(name)s”已停用，不能授予角色。") % {"name": locked})
    membership, is_new = Membership.objects.get_or_create(organization=locked, user=user, role=role, until=None)
    if is_new:
        note = _("%(user)s：%(role)s") % {"user": user, "role": role.label}
        history.record(
            locked, "membership.granted", by=by, note=note, changes={"role": ["", role], "user": ["", user.pk]}
        )
    return membership


@transaction.atomic
def end(membership: Membership, *, by: User) -> None:
    """End a role; that it was held stays on record."""
    if not rules.can_end(by, membership):
        raise NotAllowed(_("您不能结束这个角色：只能结束不高于自己的角色，自己的角色请由他人办理。"))
    locked = (
        Membership.objects.select_for_update(of=("self",)).select_related("organization", "user").get(pk=membership.pk)
    )
    if locked.until is not None and locked.until <= timezone.now():
        raise WrongState(_("这个角色已经结束。"))
    locked.until = timezone.now()
    locked.save(update_fields=["until"])
    note = _("%(user)s：%(role)s") % {"user": locked.user, "role": Role(locked.role).label}
    changes = {"role": [locked.role, ""], "user": [locked.user_id, ""]}
    history.record(locked.organization, "membership.ended", by=by, note=note, changes=changes)
