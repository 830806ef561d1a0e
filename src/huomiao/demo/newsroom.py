"""The demo's news desk: it watches the invented press, and the demo's worker has subscribed to what is written of them."""

from __future__ import annotations

from datetime import datetime

from huomiao.accounts.models import User
from huomiao.demo.press.plan import Plan
from huomiao.demo.press.server import HOST, NAMES
from huomiao.newsdesk.actions import readers, sources
from huomiao.newsdesk.actions.sources import Way
from huomiao.newsdesk.models import Source
from huomiao.newsdesk.states import SourceKind
from huomiao.orgs.models import Organization

# How each site is watched. Of the list, the crawl learns itself which links lead to articles.
_WAYS = {
    "gongren": ("/", SourceKind.LIST),
    "zaixian": ("/rss.xml", SourceKind.FEED),
    "kandian": ("/feed.atom", SourceKind.FEED),
}
# What the worker follows: a name, and the query.
_FOLLOWED = {"职工创新": "五小 OR 创新", "岗位练兵": "岗位练兵"}


def is_settled() -> bool:
    """Whether the desk watches anything yet."""
    return Source.objects.exists()


def settle(plan: Plan, *, root: Organization, editor: User, worker: User, at: datetime) -> None:
    """Add the sites of the press as sources, which the crawl beside the site fetches; the worker follows two queries."""
    for name, (path, kind) in _WAYS.items():
        way = Way(f"http://{HOST}:{plan.ports[name]}{path}", kind)
        sources.add(way, name=f"{NAMES[name]}（演示）", keeper=root, category=None, by=editor, at=at)
    for name, query in _FOLLOWED.items():
        readers.subscribe(worker, query=query, name=name, at=at)
