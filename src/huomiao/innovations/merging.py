"""What becomes of declarations when their unit or union is merged into another.

What is still under way follows; what is over keeps the names it was decided under, for the merged organization stays in
the tree, inactive. A union that holds quotas of a call under way cannot be merged away in the middle of it.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import WrongState
from huomiao.innovations.models import Call, Declaration, Expert
from huomiao.innovations.states import CallState, State
from huomiao.orgs.models import Organization

_OVER = (CallState.PUBLISHED, CallState.CANCELLED)
_ENDED = (State.PUBLISHED, State.UNSUCCESSFUL, State.REVOKED, State.REFUSED, State.DECLINED)


def follow(old: Organization, into: Organization) -> None:
    """Move what is under way from ``old`` to ``into``.

    Raises:
        WrongState: ``old`` holds quotas of a call that is under way.
    """
    held = Call.objects.filter(quotas__union=old).exclude(state__in=[*_OVER, CallState.DRAFT]).first()
    if held is not None:
        raise WrongState(_("“%(union)s”是“%(call)s”的推荐工会，活动结束前不能合并。") % {"union": old, "call": held})
    under_way = Declaration.objects.exclude(state__in=_ENDED).exclude(call__state__in=_OVER)
    moved: dict[int, Declaration] = {}
    for name in ("unit", "desk", "union"):
        rows = list(under_way.select_for_update(of=("self",)).filter(**{name: old}))
        Declaration.objects.filter(pk__in=[row.pk for row in rows]).update(**{name: into})
        moved.update({row.pk: row for row in rows})
    changes = [{"organization": [str(old), str(into)]} for _row in moved]
    history.record_many(moved.values(), "declaration.organization_merged", by=None, changes=changes)
    Expert.objects.filter(unit=old).update(unit=into, unit_name=into.name)
