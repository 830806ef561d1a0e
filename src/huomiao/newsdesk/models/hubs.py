"""Subscriptions at hubs (WebSub): who tells us at once that a source has news."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from huomiao.newsdesk.models.sources import LONGEST_ADDRESS, Source
from huomiao.newsdesk.states import PushState


class HubSubscription(models.Model):
    """A source's subscription at the hub that it offers. ``token`` is the unguessable part of our own address there."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="push")
    hub = models.CharField(max_length=LONGEST_ADDRESS)
    topic = models.CharField(max_length=LONGEST_ADDRESS)
    token = models.CharField(max_length=64, unique=True)
    # What the hub signs by; told to it once, in the request.
    secret = models.CharField(max_length=64)
    state = models.CharField(_("推送"), max_length=10, choices=PushState, default=PushState.WANTED)
    # When the hub is to be asked (again); None: not before something happens.
    due_at = models.DateTimeField(null=True)
    # Since when its answer to our request is awaited; None: a visit of the hub would be out of the blue.
    asked_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    # Why the last request came to nothing (``pipeline.fetch.errors.Reason``), or the hub's own words.
    trouble = models.CharField(max_length=40, blank=True)
    refusal = models.CharField(max_length=200, blank=True)
    ends_at = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(null=True)
    pushes = models.PositiveIntegerField(default=0)
    # Pushes that were not signed as they should be; nothing of them was taken.
    ignored = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["due_at"], name="news_push_due", condition=models.Q(due_at__isnull=False)),)

    def __str__(self) -> str:
        return f"{self.topic} @ {self.hub}"
