"""What readers do for themselves: follow a query, watch a page. Nobody else sees it, so it leaves no history."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huomiao.core.errors import Invalid
from huomiao.newsdesk.models import Article, Subscription, Watch
from huomiao.newsdesk.states import Frequency
from huomiao.newsdesk.tasks import digests

if TYPE_CHECKING:
    from huomiao.accounts.models import User

MOST_SUBSCRIPTIONS = 50
MOST_WATCHES = 500


@transaction.atomic
def subscribe(
    user: User,
    *,
    query: str,
    name: str,
    frequency: str = Frequency.NEVER,
    mail_to: str = "",
    at: datetime | None = None,
) -> Subscription:
    """Follow ``query`` from now on; one that the reader follows already is changed and keeps what was seen.

    Raises:
        Invalid: the reader follows as many as one may, or asks for mail without saying where to.
    """
    moment = at or timezone.now()
    found = Subscription.objects.select_for_update().filter(user=user, query=query).first()
    if found is None:
        if Subscription.objects.filter(user=user).count() >= MOST_SUBSCRIPTIONS:
            raise Invalid(_("最多订阅 %(most)d 个检索，请先取消不再需要的。") % {"most": MOST_SUBSCRIPTIONS})
        found = Subscription.objects.create(
            user=user, query=query, name=name, made_at=moment, seen_at=moment, digested_at=moment
        )
    return change(found, name=name, frequency=frequency, mail_to=mail_to, at=moment)


@transaction.atomic
def change(
    subscription: Subscription, *, name: str, frequency: str, mail_to: str, at: datetime | None = None
) -> Subscription:
    """Rename a subscription or have its digest sent otherwise. A new mailbox is asked to confirm first.

    Raises:
        Invalid: mail is asked for without saying where to.
    """
    if frequency != Frequency.NEVER and not mail_to:
        raise Invalid(_("请填写接收摘要的电子邮箱。"))
    locked = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if locked.frequency == Frequency.NEVER != frequency:
        # What was found while no mail was wanted is on the list; a digest begins with what is new.
        locked.digested_at = at or timezone.now()
    is_new_mailbox = mail_to != locked.mail_to
    if is_new_mailbox:
        locked.mail_to, locked.confirmed_at = mail_to, None
    locked.name, locked.frequency = name, frequency
    locked.save(update_fields=["name", "frequency", "digested_at", "mail_to", "confirmed_at"])
    if mail_to and frequency != Frequency.NEVER and (is_new_mailbox or locked.confirmed_at is None):
        transaction.on_commit(partial(digests.ask_to_confirm.enqueue, locked.pk))
    return locked


def confirm_mailbox(subscription: Subscription, *, at: datetime | None = None) -> None:
    """Whoever reads the mailbox has opened the link."""
    Subscription.objects.filter(pk=subscription.pk, confirmed_at=None).update(confirmed_at=at or timezone.now())


def stop_digest(subscription: Subscription) -> None:
    """Send no more digests; the subscription stays on the reader's list."""
    Subscription.objects.filter(pk=subscription.pk).update(frequency=Frequency.NEVER)


def unsubscribe(subscription: Subscription) -> None:
    subscription.delete()


def mark_seen(subscription: Subscription, *, at: datetime | None = None) -> None:
    """Everything found so far counts as seen."""
    Subscription.objects.filter(pk=subscription.pk).update(seen_at=at or timezone.now())


def watch(user: User, article: Article, *, at: datetime | None = None) -> Watch:
    """Have ``user`` told when ``article`` changes.

    Raises:
        Invalid: they watch as many articles as one may.
    """
    number = article.current.number if article.current else 0
    if Watch.objects.filter(user=user).count() >= MOST_WATCHES:
        raise Invalid(_("最多关注 %(most)d 篇文章，请先取消不再需要的。") % {"most": MOST_WATCHES})
    made, _created = Watch.objects.get_or_create(
        user=user, article=article, defaults={"seen_number": number, "made_at": at or timezone.now()}
    )
    return made


def unwatch(user: User, article: Article) -> None:
    Watch.objects.filter(user=user, article=article).delete()


def mark_change_seen(user: User, article: Article, *, number: int) -> None:
    """``user`` has seen version ``number`` of ``article``."""
    Watch.objects.filter(user=user, article=article, seen_number__lt=number).update(seen_number=number)
