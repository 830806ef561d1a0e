"""The frame of a page on which one declaration is decided: at a union's desk, and at the organiser's form check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from huomiao.core.errors import DomainError
from huomiao.core.requests import UserRequest
from huomiao.innovations import checking
from huomiao.innovations.models import Declaration
from huomiao.innovations.queries import declarations, recommendations

AForm = TypeVar("AForm", bound=forms.Form)


def declaration_of(request: UserRequest, pk: int) -> Declaration:
    """The declaration with everything that stands beside the decision on it."""
    found = recommendations.with_papers(declarations.visible_to(request.user)).select_related(
        "call__organiser", "unit", "union", "desk", "category", "field"
    )
    return get_object_or_404(found, pk=pk)


def decided(request: UserRequest, form: AForm, act: Callable[[AForm], HttpResponse]) -> HttpResponse | int:
    """The answer of ``act`` to a form that was sent and holds; else the status of the page with what is wrong in it."""
    if request.method != "POST":
        return 200
    if not form.is_valid():
        return 422
    try:
        return act(form)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return refusal.status


def beside(declaration: Declaration, form: forms.Form) -> dict[str, Any]:
    """What both pages show: the declaration, what stands out in it, and what was thought of it below."""
    return {
        "call": declaration.call,
        "declaration": declaration,
        "hints": checking.hints(declaration, declaration.call),
        "likenesses": checking.uncleared(declaration),
        "opinions": declaration.opinions.select_related("organization", "by"),
        "form": form,
    }
