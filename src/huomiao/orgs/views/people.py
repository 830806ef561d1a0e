"""Who holds which role at an organization."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from huomiao.accounts.models import User
from huomiao.core.errors import NotAllowed
from huomiao.core.requests import UserRequest
from huomiao.orgs import queries, rules
from huomiao.orgs.actions import memberships
from huomiao.orgs.forms.people import GrantForm
from huomiao.orgs.models import Membership, Organization
from huomiao.orgs.roles import POWERS, Role
from huomiao.orgs.views.organizations import found

MOST_FOUND = 20


def _grantable(request: UserRequest, organization: Organization) -> list[Role]:
    roles = rules.grantable(request.user, organization)
    if not roles:
        raise NotAllowed(_("您不能在“%(name)s”授予角色。") % {"name": organization})
    return roles


@login_required
@require_safe
def people(request: UserRequest, code: str) -> HttpResponse:
    """Look for a person and give them a role."""
    organization = found(request, code)
    roles = _grantable(request, organization)
    text = request.GET.get("q", "").strip()[:50]
    persons = list(queries.people_found(text, by=request.user)[: MOST_FOUND + 1]) if text else []
    context = {
        "organization": organization,
        "q": text,
        "persons": persons[:MOST_FOUND],
        "has_more": len(persons) > MOST_FOUND,
        "roles": [(role, [power.label for power in POWERS[role]]) for role in roles],
        "people": [(m, rules.can_end(request.user, m)) for m in queries.people(organization)],
    }
    return render(request, "orgs/people.html", context)


@login_required
@require_POST
def grant(request: UserRequest, code: str) -> HttpResponse:
    organization = found(request, code)
    _grantable(request, organization)
    form = GrantForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择人员和角色。"))
        return redirect("orgs:people", organization.code)
    person = get_object_or_404(User, pk=form.cleaned_data["user"], is_active=True)
    role = Role(form.cleaned_data["role"])
    memberships.grant(organization, person, role, by=request.user)
    messages.success(request, _("%(user)s 现在是%(role)s。") % {"user": person, "role": role.label})
    return redirect("orgs:people", organization.code)


@login_required
@require_POST
def end(request: UserRequest, code: str, pk: int) -> HttpResponse:
    organization = found(request, code)
    membership = get_object_or_404(
        Membership.objects.select_related("organization", "user"), pk=pk, organization=organization
    )
    memberships.end(membership, by=request.user)
    messages.success(request, _("已结束 %(user)s 的角色。") % {"user": membership.user})
    return redirect("orgs:people", organization.code)
