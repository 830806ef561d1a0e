"""Naming an organization in a form: by its code, or by its name where only one has it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.orgs import queries
from huomiao.orgs.models import Organization

SHOWN = 6


class OrganizationField(forms.CharField):
    """A text field whose clean value is an organization in use; it suggests while one types."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("输入组织代码，或名称中的几个字。"))
        super().__init__(max_length=120, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            **super().widget_attrs(widget),
            "list": "organization-suggestions",
            "autocomplete": "off",
            "hx-get": reverse_lazy("orgs:suggest"),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "#organization-suggestions",
            "hx-params": "*",
        }

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Organization) else value

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        exact = Organization.objects.filter(code=text).first()
        if exact is not None:
            found = [exact]
        else:
            named = Organization.objects.filter(name=text, is_active=True)[: SHOWN + 1]
            found = list(named) or list(queries.search(text).filter(is_active=True)[: SHOWN + 1])
        if not found:
            raise forms.ValidationError(_("没有找到“%(text)s”。请输入组织代码，或换几个字试试。") % {"text": text})
        if len(found) > 1:
            names = "、".join(f"{o.name}（{o.code}）" for o in found[:SHOWN])
            raise forms.ValidationError(_("有多个组织符合，请填写其中一个的代码：%(names)s。") % {"names": names})
        return found[0]
