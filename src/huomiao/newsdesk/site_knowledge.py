"""What the desk knows of a site when it reads a page of it: the layout learnt from several pages, and editors' rules."""

from __future__ import annotations

from huomiao.newsdesk import archiving
from huomiao.newsdesk.models import Capture, Correction, Source
from huomiao.newsdesk.pipeline import extract, layouts
from huomiao.newsdesk.pipeline.article import Article as Read
from huomiao.newsdesk.pipeline.layouts import Layout
from huomiao.newsdesk.pipeline.site_rules import Rule

# From so many articles on a layout is learnt, and learnt anew when there are so many more.
LEARNT_FROM = 8
PAGES_READ = 20
MORE_TO_LEARN_AGAIN = 100


def read(capture: Capture, source: Source) -> Read:
    """The article on the page of ``capture``, read with what is known of ``source``.

    Raises:
        Unreadable: the archive's record is not there, or damaged.
    """
    body, exchange = archiving.content(capture)
    return extract.extract(
        body, capture.url, charset=exchange.charset, layout=layout_of(source), rules=rules_of(source)
    )


def rules_of(source: Source) -> list[Rule]:
    """What editors put right on pages of ``source``, oldest first."""
    kept = Correction.objects.filter(source=source, is_in_force=True).exclude(rule={}).order_by("pk")
    found = (Rule.from_json(rule) for rule in kept.values_list("rule", flat=True))
    return [rule for rule in found if rule is not None]


def layout_of(source: Source) -> Layout | None:
    kept = source.rules.get("layout")
    return Layout.from_json(kept) if isinstance(kept, dict) else None


def learn_when_due(source: Source) -> bool:
    """Learn the layout of ``source``'s pages where there are enough of them and many are new; whether it was learnt."""
    count = source.articles.count()
    before = source.rules.get("layout_articles", 0)
    if count < (before + MORE_TO_LEARN_AGAIN if before else LEARNT_FROM):
        return False
    latest = Capture.objects.filter(
        versions__article__source=source, versions__article__current__capture_id__isnull=False
    )
    pages = []
    for capture in latest.distinct().order_by("-pk")[:PAGES_READ]:
        try:
            pages.append((archiving.content(capture)[0], capture.url))
        except archiving.Unreadable:
            continue
    if len(pages) < LEARNT_FROM:
        return False
    # Only these two keys are the desk's own: what an editor chose stays.
    source.rules = {**source.rules, "layout": layouts.learn(pages).as_json(), "layout_articles": count}
    source.save(update_fields=["rules"])
    return True
