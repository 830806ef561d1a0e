"""An editor's word on a name that the desk recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core import history
from huomiao.core.errors import NotAllowed
from huomiao.newsdesk.models import Mention
from huomiao.newsdesk.rules import articles as rules
from huomiao.newsdesk.states import MentionState

if TYPE_CHECKING:
    from huomiao.accounts.models import User


def confirm(mention: Mention, *, by: User) -> None:
    """The name means what the desk thinks: the article now stands on the page of the thing, and links to it.

    Raises:
        NotAllowed: ``by`` does not edit the article.
    """
    _decide(mention, MentionState.CONFIRMED, by=by)


def strike(mention: Mention, *, by: User) -> None:
    """The name means something else; nothing suggests it for this article again. Raises as ``confirm``."""
    _decide(mention, MentionState.STRUCK, by=by)


@transaction.atomic
def _decide(mention: Mention, to: MentionState, *, by: User) -> None:
    locked = (
        Mention.objects.select_for_update(of=("self",)).select_related("article__source__keeper").get(pk=mention.pk)
    )
    if not rules.can_edit(by, locked.article):
        raise NotAllowed(_("只有维护这个来源的编辑可以确认文中的名称。"))
    locked.state, locked.decided_by, locked.decided_at = to, by, timezone.now()
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    history.record(locked, f"mention.{to}", by=by)
