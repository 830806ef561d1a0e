"""What readers keep: saved queries, the digests they were sent, pages they watch."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.core.encryption import EncryptedTextField
from huomiao.newsdesk.models.articles import Article
from huomiao.newsdesk.states import Frequency


def new_token() -> str:
    return secrets.token_urlsafe(24)


class Subscription(models.Model):
    """A query that somebody follows. Its feed's address is a secret of its own, so that readers' programmes can ask."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="news_subscriptions")
    name = models.CharField(_("名称"), max_length=60)
    query = models.CharField(_("检索式"), max_length=300)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    frequency = models.CharField(_("邮件摘要"), max_length=6, choices=Frequency, default=Frequency.NEVER)
    # Digests go to a mailbox only after somebody who reads it has opened the link that was sent there.
    mail_to = EncryptedTextField(_("电子邮箱"), blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    # Everything first seen up to here was on a list that the reader opened.
    seen_at = models.DateTimeField()
    # Everything first seen up to here has been in a digest.
    digested_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "query"], name="news_one_subscription_a_query"),)
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("newsdesk:subscription", args=[self.pk])


class Digest(models.Model):
    """A digest to be sent, or sent: one row a stretch of time, so that none is made twice."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="digests")
    first_seen_after = models.DateTimeField()
    first_seen_to = models.DateTimeField()
    # The articles in it, latest first, and how many there were in all.
    article_ids = models.JSONField(default=list)
    article_count = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subscription", "first_seen_after"], name="news_one_digest_a_stretch"),
        )

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.made_at:%Y-%m-%d %H:%M}"


class Watch(models.Model):
    """Somebody wants to know when an article changes; ``seen_number`` is the version that they have seen."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="news_watches")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="watches")
    seen_number = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "article"], name="news_one_watch_an_article"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.article_id}"
