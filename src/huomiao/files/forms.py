"""Fields by which files come in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files from one control."""

    widget = ManyFilesInput(attrs={"multiple": True, "accept": "image/*,.pdf,.doc,.docx,.xls,.xlsx"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"])
        return [super(ManyFilesField, self).clean(one, initial) for one in given]
