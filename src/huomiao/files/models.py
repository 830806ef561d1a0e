from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a file is, found from its bytes."""

    IMAGE = "image", _("图片")
    PDF = "pdf", _("PDF")
    OFFICE = "office", _("Office 文档")
    VIDEO = "video", _("视频")
    AUDIO = "audio", _("音频")


class StoredFile(models.Model):
    """A file as it was kept: checked by its bytes, stripped of metadata, under a name that tells nothing.

    ``name`` is what the uploader called it. It may name people and units, so it is shown only where the uploader's
    identity may be; everywhere else the page chooses another name (``links.link(..., name=...)``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("文件名"), max_length=200)
    kind = models.CharField(_("类型"), max_length=8, choices=Kind)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("大小"))
    sha256 = models.CharField(max_length=64, db_index=True)
    location = models.CharField(max_length=200)
    pages = models.PositiveIntegerField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    # A small picture of the first page or frame; empty where none can be made.
    preview = models.CharField(max_length=200, blank=True)
    # The text inside (PDF, Office), for checks such as "does it name its author"; never shown.
    text = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def extension(self) -> str:
        return self.location.rpartition(".")[2]
