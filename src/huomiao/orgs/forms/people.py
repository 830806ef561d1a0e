from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from huomiao.orgs.roles import Role


class GrantForm(forms.Form):
    user = forms.IntegerField(widget=forms.HiddenInput)
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=Role.choices)
