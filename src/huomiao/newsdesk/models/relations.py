"""What articles have to do with each other and with the platform."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huomiao.core import history
from huomiao.newsdesk.models.articles import Article
from huomiao.newsdesk.states import CopyKind, CopyReason, MentionKind, MentionState


class Anchor(models.Model):
    """One of the few points of an article's text by which its copies are found: copies share some."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="anchors")
    key = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key} {self.article_id}"


class Keyword(models.Model):
    """A word by which an article is known, and how much it tells: related articles share some."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="keywords")
    key = models.BigIntegerField(db_index=True)
    word = models.CharField(max_length=60)
    weight = models.FloatField()

    def __str__(self) -> str:
        return self.word


class Lexicon(models.Model):
    """In how many articles each word stands (``pipeline.relate.words.Vocabulary``); one row."""

    content = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)


class Chain(models.Model):
    """Articles with the same text, from the earliest on."""

    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pk)


class Copy(models.Model):
    """An article's place in a chain: whom it took the text from, why we think so, and how sure that is (0 to 1)."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="copies")
    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="copy")
    taken_from = models.ForeignKey(Article, null=True, on_delete=models.SET_NULL, related_name="taken_by")
    reason = models.CharField(max_length=14, choices=CopyReason)
    sureness = models.FloatField(default=1.0)
    # Whom it credits, where that decided, and what it is to the one it was taken from.
    named = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=8, choices=CopyKind, blank=True)

    def __str__(self) -> str:
        return f"{self.article_id} {self.reason}"


class Mention(models.Model):
    """A name of the platform in an article: found by the desk, confirmed or struck by an editor."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="mentions")
    kind = models.CharField(max_length=12, choices=MentionKind)
    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=40)
    # The words as they stand in the text, and where.
    name = models.CharField(_("名称"), max_length=200)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    sureness = models.FloatField(default=1.0)
    state = models.CharField(max_length=10, choices=MentionState, default=MentionState.SUGGESTED)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["article", "subject_type", "subject_id"], name="news_one_mention_a_subject"
            ),
        )
        indexes = (models.Index(fields=["subject_type", "subject_id", "state"], name="news_coverage"),)

    def __str__(self) -> str:
        return self.name


history.guard(Mention, "state", when=lambda values: values["state"] != MentionState.SUGGESTED)
