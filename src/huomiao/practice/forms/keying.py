from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SheetForm(forms.Form):
    """What is typed from an answer sheet: the candidate's number and an entry for each printed number."""

    number = forms.CharField(
        label=_("准考证号"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "autofocus": True}),
    )

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count

    def entries(self) -> list[str]:
        return [str(self.data.get(f"entry-{place}", "")) for place in range(self.count)]
