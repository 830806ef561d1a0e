"""Requests to take a page down."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huomiao.core import history
from huomiao.core.encryption import EncryptedTextField
from huomiao.files.models import StoredFile
from huomiao.newsdesk.models.articles import Article
from huomiao.newsdesk.states import RemovalReason, RemovalState


def new_receipt() -> str:
    return secrets.token_hex(6).upper()


class Removal(models.Model):
    """Somebody asks for an article to be taken down. The archive's record stays sealed whatever is decided."""

    receipt = models.CharField(max_length=12, unique=True, default=new_receipt, editable=False)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="removals")
    reason = models.CharField(_("理由"), max_length=10, choices=RemovalReason)
    text = models.TextField(_("说明"))
    name = EncryptedTextField(_("姓名或单位"))
    phone = EncryptedTextField(_("电话"))
    state = models.CharField(_("状态"), max_length=10, choices=RemovalState, default=RemovalState.RECEIVED)
    made_at = models.DateTimeField()
    # The last working day on which it may be answered.
    due_on = models.DateField(_("期限"))
    answer = models.TextField(_("答复"), blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["state", "due_on"], name="news_removals_due"),)

    def __str__(self) -> str:
        return f"{self.receipt} {self.get_reason_display()}"

    def get_absolute_url(self) -> str:
        return reverse("newsdesk:removal", args=[self.pk])


class Proof(models.Model):
    """A file handed in with a request."""

    removal = models.ForeignKey(Removal, on_delete=models.CASCADE, related_name="proofs")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.file)


history.guard(Removal, "article_id", "reason", "state", "due_on", "answer", "decided_by_id")
