"""The union tree: branches open one at a time, and only what is open is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from huomiao.core.requests import UserRequest
from huomiao.orgs import queries
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import Branch
from huomiao.orgs.roles import Power

MOST_CHILDREN = 200
PAGE_SIZE = 30
SUGGESTED = 12


@dataclass
class Node:
    """A line of the tree, with what is below it when it is open."""

    organization: Organization
    branch: Branch
    is_open: bool = False
    children: list[Node] = field(default_factory=list)
    more: int = 0


@login_required
@require_safe
def tree(request: UserRequest) -> HttpResponse:
    """The tree from its roots, open down to ``?open=``; or what ``?q=`` finds."""
    text = request.GET.get("q", "").strip()[:80]
    can_import = bool(queries.reach(request.user, Power.MANAGE_ORGS))
    if text:
        page = Paginator(queries.search(text).select_related("merged_into"), PAGE_SIZE).get_page(
            request.GET.get("page")
        )
        context = {"page": page, "q": text, "rows": _with_trails(page), "can_import": can_import}
        return render(request, "orgs/search.html", context)
    opened = queries.visible_to(request.user).filter(code=request.GET.get("open", "")).first()
    open_path = opened.path if opened else _home_path(request)
    return render(request, "orgs/tree.html", {"nodes": _open(queries.roots(), open_path), "can_import": can_import})


def _home_path(request: UserRequest) -> str:
    """Where the reader belongs: the tree opens there. A root alone opens to its children."""
    held = queries.held(request.user)
    if held:
        return held[0].organization.path
    first = queries.roots().first()
    return first.path if first else ""


def _open(siblings: Iterable[Organization], path: str) -> list[Node]:
    nodes = _nodes(siblings)
    for node in nodes:
        if path.startswith(node.organization.path) and node.branch.organizations:
            node.is_open = True
            node.children = _open(queries.children(node.organization)[:MOST_CHILDREN], path)
            node.more = _more(node.organization)
    return nodes


def _nodes(siblings: Iterable[Organization]) -> list[Node]:
    siblings = list(siblings)
    branches = queries.branches_of(siblings)
    return [Node(sibling, branches.get(sibling.path, Branch(0, sibling.head_count))) for sibling in siblings]


def _more(organization: Organization) -> int:
    return max(organization.numchild - MOST_CHILDREN, 0)


@login_required
@require_safe
def children(request: UserRequest, code: str) -> HttpResponse:
    """The lines below one node, for the tree to put in when it is opened."""
    organization = get_object_or_404(queries.visible_to(request.user), code=code)
    nodes = _nodes(queries.children(organization)[:MOST_CHILDREN])
    context = {"nodes": nodes, "more": _more(organization), "parent": organization}
    return render(request, "orgs/_nodes.html", context)


@login_required
@require_safe
def suggest(request: UserRequest) -> HttpResponse:
    """Options for the field in which an organization is being named."""
    text = next((request.GET[name].strip()[:80] for name in request.GET if request.GET[name].strip()), "")
    found = queries.search(text).filter(is_active=True)[:SUGGESTED] if text else []
    return render(request, "orgs/_suggestions.html", {"organizations": found})


def _with_trails(page: Iterable[Organization]) -> list[tuple[Organization, list[Organization]]]:
    """Each of the organizations with what stands above it, in one query."""
    step = Organization.steplen
    organizations = list(page)
    paths = {o.path[:end] for o in organizations for end in range(step, len(o.path), step)}
    above = {o.path: o for o in Organization.objects.filter(path__in=paths)}
    return [(o, [above[o.path[:end]] for end in range(step, len(o.path), step)]) for o in organizations]
