"""What was fetched, and what was read from it: neither is ever changed."""

from __future__ import annotations

from django.db import models

from huomiao.newsdesk.models.sources import LONGEST_ADDRESS, Address


class Capture(models.Model):
    """One answer of a site as it lies in the archive: when, from where, and in which file at which place."""

    address = models.ForeignKey(Address, null=True, on_delete=models.SET_NULL, related_name="captures")
    url = models.CharField(max_length=LONGEST_ADDRESS)
    url_hash = models.CharField(max_length=64)
    taken_at = models.DateTimeField()
    warc_file = models.CharField(max_length=200)
    warc_offset = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=80)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    # The claim under which the crawl fetched it, and the place among the redirects: a crawl that was killed finds it by that.
    lease = models.CharField(max_length=40, blank=True)
    hop = models.PositiveSmallIntegerField(default=0)
    # Whether the desk has looked at it; what it has not is read at the next turn.
    is_read = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["warc_file", "warc_offset"], name="news_one_capture_a_record"),)
        indexes = (
            models.Index(fields=["url_hash", "taken_at"], name="news_capture_url"),
            models.Index(fields=["lease"], name="news_capture_lease"),
            models.Index(fields=["id"], name="news_unread", condition=models.Q(is_read=False)),
        )

    def __str__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d %H:%M:%S} {self.url}"
