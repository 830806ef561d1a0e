"""Mails to those who follow a query: the request to confirm a mailbox, and the digests themselves."""

from __future__ import annotations

from collections.abc import Sequence

from django.core import signing
from django.core.mail import EmailMessage, send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from huomiao.core.addresses import absolute
from huomiao.newsdesk.models import Article, Digest, Subscription
from huomiao.newsdesk.states import ArticleState

SALT = "huomiao.newsdesk.mailbox"
WAY_OUT = "huomiao.newsdesk.way-out"
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


def way_out(subscription: Subscription) -> str:
    """The token by which whoever has a digest stops them, without signing in. It holds as long as the mailbox does."""
    return signing.dumps([subscription.pk, subscription.mail_to], salt=WAY_OUT)


def leaving(token: str) -> Subscription | None:
    """The subscription whose digests ``token`` stops; None when it is forged, or the mailbox is another by now."""
    try:
        pk, mail_to = signing.loads(token, salt=WAY_OUT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = Subscription.objects.filter(pk=pk).first()
    return found if found is not None and found.mail_to == mail_to else None


def letter(
    subscription: Subscription, articles: Sequence[Article], *, left: int, request: HttpRequest | None = None
) -> EmailMessage:
    """The digest that tells of ``articles`` and of ``left`` more. Mail programmes offer its way out as a button (RFC 8058).

    ``request`` is given where it is only looked at, on a page of this site.
    """
    out = absolute(request, reverse("newsdesk:digest-stop", args=[way_out(subscription)]))
    context = {
        "subscription": subscription,
        "lines": [(article, absolute(request, article.get_absolute_url())) for article in articles],
        "left": left,
        "list_address": absolute(request, subscription.get_absolute_url()),
        "out_address": out,
    }
    subject = _("%(name)s：%(count)d 篇新资讯") % {"name": subscription.name, "count": len(articles) + left}
    return EmailMessage(
        " ".join(subject.split()),
        render_to_string("newsdesk/mail/digest.txt", context),
        None,
        [subscription.mail_to],
        headers={"List-Unsubscribe": f"<{out}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


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
    left = max(digest.article_count - len(digest.article_ids), 0)
    letter(digest.subscription, list(articles), left=left).send()
    Digest.objects.filter(pk=pk).update(sent_at=timezone.now())
    return True
