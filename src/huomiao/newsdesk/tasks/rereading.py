"""Reading a source's archive again after an editor has put something right: ids in, safe to run twice."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from huomiao.newsdesk import relating, rereading, searching
from huomiao.newsdesk.models import Source


@task()
def reread(pk: int) -> int:
    """Read every snapshot of a source's articles again; returns how many say something else now."""
    source = Source.objects.filter(pk=pk).first()
    if source is None:
        return 0
    changed = rereading.reread(source, at=timezone.now())
    relating.relate_pending()
    searching.bring_up_to_date()
    return changed
