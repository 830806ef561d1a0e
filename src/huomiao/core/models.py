from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One act in the history: who, what, when, and how the subject stood afterwards.

    It names its subject by type and id, without a foreign key, so that it outlives it. ``core.history`` writes and
    checks it; nothing else does.
    """

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100, blank=True)
    action = models.CharField(max_length=64, db_index=True)
    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=40)
    subject_label = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    # Digest of the subject's guarded fields after the act; empty where nothing is guarded (a draft, say).
    state_digest = models.CharField(max_length=64, blank=True)
    # The chain: filled by sealing, right after the transaction that wrote the entry.
    number = models.BigIntegerField(null=True, unique=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = (models.Index(fields=["subject_type", "subject_id", "id"], name="core_entry_subject"),)
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.action} {self.subject_label}"


class Seal(models.Model):
    """The head of the chain: how many entries are sealed and the hash of the last. One row, locked while sealing."""

    count = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.count} {self.hash[:12]}"
