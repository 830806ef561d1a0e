"""Fields that several forms of the desk share."""

from __future__ import annotations

from django import forms

from huomiao.newsdesk.models import Category


class CategoryField(forms.ModelChoiceField[Category]):
    """One of the categories, by its name in the reader's language."""

    def label_from_instance(self, obj: Category) -> str:
        return obj.label
