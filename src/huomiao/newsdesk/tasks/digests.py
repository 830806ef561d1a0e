"""Mails to those who follow a query: the request to confirm a mailbox, and the digests themselves."""

from __future__ import annotations

from django.core import signing
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from huomiao.core.addresses import absolute
from huomiao.newsdesk.models import Article, Digest, Subscription
from huomiao.newsdesk.states import ArticleState

SALT = "huomiao.newsdesk.mailbox"
SECONDS_TO_CONFIRM = 7 * 24 * 3600


def confirmation(subscription: Subscription) -> str:
    """The token that only the reader of the mailbox gets."""
    return signing.dumps([subscription.pk, subscription.mail_to], salt=SALT)


def confirmed(token: str) -> Subscription | None:
    """The subscription whose mailbox ``token`` confirms; None when it is forged, old, or of another mailbox."""
    try:
        pk, mail_to = signing.loads(token, salt=SALT, max_age=SECONDS_TO_CONFIRM)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = Subscription.objects.filter(pk=pk).first()
    return found if found is not None and found.mail_to == mail_to else None


@task()
def ask_to_confirm(pk: int) -> bool:
    """Ask whoever reads the mailbox whether digests are wanted there."""
    found = Subscription.objects.filter(pk=pk, confirmed_at=None).first()
    if found is None or not found.mail_to:
        return False
    address = absolute(None, reverse("newsdesk:confirm-mailbox", args=[confirmation(found)]))
    body = render_to_string("newsdesk/mail/confirm.txt", {"subscription": found, "address": address})
    send_mail(_("请确认资讯订阅"), body, None, [found.mail_to])
    return True


@task()
def send(pk: int) -> bool:
    """Send one digest; what was taken down in the meantime is left out of it."""
    digest = Digest.objects.select_related("subscription").filter(pk=pk, sent_at=None).first()
    if digest is None or digest.subscription.confirmed_at is None:
        return False
    articles = Article.objects.filter(pk__in=digest.article_ids, state=ArticleState.SHOWN).order_by("-dated_at", "-pk")
    lines = [(article, absolute(None, article.get_absolute_url())) for article in articles]
    context = {
        "subscription": digest.subscription,
        "lines": lines,
        "left": max(digest.article_count - len(digest.article_ids), 0),
        "list_address": absolute(None, digest.subscription.get_absolute_url()),
    }
    subject = _("%(name)s：%(count)d 篇新资讯") % {"name": digest.subscription.name, "count": digest.article_count}
    send_mail(
        " ".join(subject.split()),
        render_to_string("newsdesk/mail/digest.txt", context),
        None,
        [digest.subscription.mail_to],
    )
    Digest.objects.filter(pk=pk).update(sent_at=timezone.now())
    return True
