"""Bringing questions: the file, what its columns are, what is to be done with it; and taking a bank away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.core.tables.cells import letters
from huomiao.practice.formats import columns
from huomiao.practice.formats.archives import MOST_BYTES
from huomiao.practice.formats.registry import WRITERS
from huomiao.practice.formats.sheets import SheetPlan
from huomiao.practice.kinds import KINDS
from huomiao.practice.states import Use

MOST_PASTED = 500_000


def _kinds() -> list[tuple[str, str | Promise]]:
    """The kinds of questions in the reader's language; in a file they have the titles of ``formats.words``."""
    return [(name, kind.label) for name, kind in KINDS.items()]


class BringForm(forms.Form):
    """A file, or text pasted from a document."""

    file = forms.FileField(
        label=gettext_lazy("文件"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy(
            "Excel、CSV、Word（docx）、文本，表格和图片的 zip，以及 GIFT、Aiken、Moodle XML、QTI。最大 100 MB。"
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.xlsb,.ods,.et,.csv,.docx,.txt,.gift,.xml,.zip"}),
    )
    text = forms.CharField(
        label=gettext_lazy("或把题目粘贴到这里"),
        required=False,
        max_length=MOST_PASTED,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy("带题号的普通排版就行：1. 题目 A.… B.… 答案：B 解析：…"),
    )

    def clean_file(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload is not None and (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                _("文件超过 %(limit)s MB。请分成几个文件上传。") % {"limit": MOST_BYTES // 1024 // 1024}
            )
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("file") and not cleaned.get("text", "").strip():
            self.add_error("file", _("请选择文件，或在下面粘贴题目。"))
        return cleaned

    def brought(self) -> tuple[bytes, str]:
        """The content and what it is called."""
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload is not None:
            return upload.read(), upload.name or _("未命名")
        return self.cleaned_data["text"].encode(), _("粘贴的题目.txt")


@dataclass
class AssignedColumn:
    """One column on the mapping page."""

    letters: str
    header: str
    field: forms.BoundField
    samples: list[str]


@dataclass
class AssignedSheet:
    """One sheet on the mapping page."""

    plan: SheetPlan
    is_used: forms.BoundField
    header_row: forms.BoundField
    kind: forms.BoundField
    label: forms.BoundField
    columns: list[AssignedColumn]
    # The sheet above with the same header, whose columns count for this one too; "" for a header of its own.
    same_as: str = ""


class AssignForm(forms.Form):
    """What every column of every sheet is."""

    def __init__(self, *args: Any, plans: Sequence[SheetPlan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plans = plans
        # Sheets with the header of one above them: what is assigned there holds for them too.
        first: dict[str, int] = {}
        self.same_as = {
            number: earlier
            for number, plan in enumerate(plans)
            if plan.headers and (earlier := first.setdefault(plan.signature, number)) != number
        }
        keys = [("", _("不导入")), *((column.key, str(column.title)) for column in columns.COLUMNS)]
        kinds: list[tuple[str, str | Promise]] = [("", _("按题型列或答案")), *_kinds()]
        for number, plan in enumerate(plans):
            self.fields[f"s{number}-used"] = forms.BooleanField(
                label=_("导入这张表"), required=False, initial=plan.is_used or not plan.is_readable
            )
            self.fields[f"s{number}-header"] = forms.IntegerField(
                label=_("表头在第几行"),
                min_value=0,
                max_value=200,
                initial=plan.header_row,
                help_text=_("没有表头时填 0。"),
            )
            self.fields[f"s{number}-kind"] = forms.ChoiceField(
                label=_("题型"), required=False, choices=kinds, initial=plan.kind
            )
            self.fields[f"s{number}-label"] = forms.CharField(
                label=_("标签"),
                required=False,
                max_length=40,
                initial=plan.label,
                help_text=_("给这张表的题加上标签，如“A类”。"),
            )
            for column, header in enumerate(plan.headers if number not in self.same_as else ()):
                self.fields[f"s{number}-c{column}"] = forms.ChoiceField(
                    label=_("%(letters)s 列“%(header)s”") % {"letters": letters(column), "header": header[:30]},
                    required=False,
                    choices=keys,
                    initial=plan.columns.get(str(column), ""),
                )

    def sheets(self) -> Iterator[AssignedSheet]:
        """The sheets with their fields, for the page."""
        for number, plan in enumerate(self.plans):
            yield AssignedSheet(
                plan,
                self[f"s{number}-used"],
                self[f"s{number}-header"],
                self[f"s{number}-kind"],
                self[f"s{number}-label"],
                [
                    AssignedColumn(
                        letters(column),
                        header,
                        self[f"s{number}-c{column}"],
                        [sample[column] for sample in plan.samples if column < len(sample) and sample[column]][:3],
                    )
                    for column, header in enumerate(plan.headers if number not in self.same_as else ())
                ],
                self.plans[self.same_as[number]].name if number in self.same_as else "",
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        used = [number for number in range(len(self.plans)) if cleaned.get(f"s{number}-used")]
        for number in {self.same_as.get(number, number) for number in used}:
            assigned = [cleaned.get(f"s{number}-c{column}", "") for column in range(len(self.plans[number].headers))]
            for column, key in enumerate(assigned):
                if key and key != "topic" and key in assigned[:column]:
                    self.add_error(
                        f"s{number}-c{column}",
                        _("“%(title)s”已经指定给另一列了，请只选一列。") % {"title": columns.TITLES[key]},
                    )
        readable = [number for number in used if "stem" in self._assigned(cleaned, number).values()]
        if not self.errors and not readable:
            raise forms.ValidationError(_("请至少在一张要导入的表里指定哪一列是题干。"))
        return cleaned

    def _assigned(self, cleaned: dict[str, Any], number: int) -> dict[str, str]:
        number = self.same_as.get(number, number)
        width = len(self.plans[number].headers)
        return {str(column): key for column in range(width) if (key := cleaned.get(f"s{number}-c{column}"))}

    def moved_headers(self) -> list[tuple[int, int]]:
        """Sheets whose header somebody says stands in another row: number of the sheet, and the row."""
        moved = []
        for number, plan in enumerate(self.plans):
            row = self.cleaned_data.get(f"s{number}-header")
            if row is not None and row != plan.header_row:
                moved.append((number, row))
        return moved

    def assigned(self) -> list[SheetPlan]:
        """The plans as they were corrected."""
        for number, plan in enumerate(self.plans):
            plan.is_used = self.cleaned_data[f"s{number}-used"]
            plan.kind = self.cleaned_data[f"s{number}-kind"]
            plan.label = self.cleaned_data[f"s{number}-label"].strip()
            plan.columns = self._assigned(self.cleaned_data, number)
        return list(self.plans)


class ConfirmForm(forms.Form):
    """What is to be done with what was read."""

    rows = forms.ChoiceField(
        required=False, choices=[("all", gettext_lazy("全部")), ("good", gettext_lazy("没有问题的题"))]
    )
    use = forms.ChoiceField(
        label=gettext_lazy("用途"),
        required=False,
        choices=Use.choices,
        initial=Use.BOTH,
        help_text=gettext_lazy("用于没有写明用途的新题。只用于考试的题，练习时不会出现。"),
    )
    shuffle = forms.BooleanField(label=gettext_lazy("打乱选项的存放顺序，答案随之调整"), required=False)
    then_submit = forms.BooleanField(label=gettext_lazy("导入后直接提交审核"), required=False, initial=True)


class ExportForm(forms.Form):
    """In which format a bank is taken away, and which of its questions."""

    format = forms.ChoiceField(label=gettext_lazy("格式"), widget=forms.RadioSelect)
    state = forms.ChoiceField(
        label=gettext_lazy("试题"),
        required=False,
        choices=[("", gettext_lazy("全部（不含已停用）")), ("published", gettext_lazy("只要已审核的"))],
    )
    kind = forms.ChoiceField(label=gettext_lazy("题型"), required=False)
    label = forms.ChoiceField(label=gettext_lazy("标签"), required=False)

    def __init__(self, *args: Any, labels: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = [(writer.name, writer.label) for writer in WRITERS.values()]  # type: ignore[attr-defined]  # a choice field
        self.fields["kind"].choices = [("", _("全部")), *_kinds()]  # type: ignore[attr-defined]  # a choice field
        self.fields["label"].choices = [("", _("全部")), *((label, label) for label in labels)]  # type: ignore[attr-defined]  # a choice field
        self.fields["format"].initial = next(iter(WRITERS))
