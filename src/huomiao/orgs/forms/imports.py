from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.core.tables.files import MOST_BYTES


class UploadForm(forms.Form):
    """A workbook or CSV file; what is in it is looked at by the import."""

    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        allow_empty_file=True,
        help_text=gettext_lazy("Excel（xlsx、xls、xlsb）、WPS、ods 或 csv，不带宏和密码。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.xlsb,.ods,.csv,.et"}),
    )

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                _("文件超过 %(limit)s MB，请删去图片或分成几个文件。") % {"limit": MOST_BYTES // 1024 // 1024}
            )
        return upload
