from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files, as a list."""

    widget = SeveralFiles(attrs={"multiple": True, "accept": "application/pdf,image/jpeg,image/png"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in files if one] or [super().clean(None, initial)]


class PileForm(forms.Form):
    file = FilesField(
        label=_("扫描件"),
        help_text=_("一个多页 PDF，或多张图片（JPG、PNG）。页面顺序不限，系统按右上角的二维码自动归到各项申报。"),
        # The files are checked one by one when they are stored; an empty one is named there.
        allow_empty_file=True,
    )


class FormFileForm(forms.Form):
    file = forms.FileField(
        label=_("盖章申报表"),
        help_text=_("PDF 或图片，不超过 20 MB。"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )


class AssignForm(forms.Form):
    number = forms.CharField(label=_("申报编号"), max_length=40)
