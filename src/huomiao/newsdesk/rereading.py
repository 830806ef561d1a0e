"""Reads the archive of a source again with what is known now: after an editor's rule, or when the extractor got better."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from huomiao.newsdesk import archiving, heeding, paging, site_knowledge, versions
from huomiao.newsdesk.models import Article, Capture, Source
from huomiao.newsdesk.reading import EXTRACTOR, is_article

logger = logging.getLogger(__name__)


def reread(source: Source, *, at: datetime) -> int:
    """Read every snapshot of ``source``'s articles again; returns how many say something else now.

    A reading that differs takes the place of the earlier one of the same snapshot; what an editor wrote stays. What
    the newest snapshot of each asks about being found and kept is heeded anew.
    """
    changed = 0
    pairs = Capture.objects.filter(versions__article__source=source).distinct().order_by("pk")
    for capture in pairs.iterator(chunk_size=200):
        try:
            found = paging.whole(site_knowledge.read(capture, source), capture, source)
            wishes = heeding.wishes_of(capture)
        except archiving.Unreadable as problem:
            logger.warning("Capture %s cannot be read from the archive: %s", capture.pk, problem)
            continue
        if not is_article(found):
            continue
        values = versions.values_of(found)
        for pk in Article.objects.filter(versions__capture=capture).distinct().values_list("pk", flat=True):
            with transaction.atomic():
                article = Article.objects.select_for_update(of=("self",)).get(pk=pk)
                heeding.heed(article, capture, wishes)
                changed += versions.add(article, capture, values, extractor=EXTRACTOR, at=at) is not None
    return changed
