"""The forms of courses: facts, sections of each kind, how lists are narrowed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from huomiao.files.models import Kind
from huomiao.orgs.models import Organization
from huomiao.practice.forms.questions import TopicField
from huomiao.practice.models import Bank, Course, Section
from huomiao.practice.queries import courses as queries
from huomiao.practice.queries import topics
from huomiao.practice.states import CourseState, Level, SectionKind

RESERVED = frozenset({"new", "kept"})
# What each kind of section shows, and what of it the form asks for.
FILES: dict[SectionKind, tuple[Kind, str]] = {
    SectionKind.PICTURE: (Kind.IMAGE, "image/*"),
    SectionKind.VIDEO: (Kind.VIDEO, "video/*"),
    SectionKind.PDF: (Kind.PDF, "application/pdf,.pdf"),
}
DRILL_FIELDS = ("bank", "topic", "difficulty", "questions", "pass_percent")


class CourseForm(forms.ModelForm[Course]):
    """The facts of a course. Its address is chosen once."""

    picture = forms.FileField(
        label=_("封面"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        help_text=_("横向的图片最好看。不选则沿用现有封面。"),
    )
    requires = forms.ModelMultipleChoiceField(
        label=_("先修课程"),
        queryset=Course.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("学完这些课程之后才能开始学这一门。"),
    )

    class Meta:
        model = Course
        fields = ("title", "summary", "trade", "level", "is_in_order", "award")
        widgets = {"summary": forms.Textarea(attrs={"rows": 3, "data-limit": 300})}
        help_texts = {
            "summary": _("学完能做什么，一两句话。职工选课时会看到。"),
            "is_in_order": _("勾选后，前一节学完才能打开后一节；不勾选，可以挑着学。"),
            "award": _(
                "例如“电工安全用电课程结业证书”。填写后，学完全部内容的人自动得到可以扫码验证的证书；留空则不发。"
            ),
        }

    field_order: tuple[str, ...] = (
        "title",
        "summary",
        "picture",
        "trade",
        "level",
        "is_in_order",
        "requires",
        "award",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trade"].queryset = topics.trades()  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["trade"].empty_label = _("不分工种")  # type: ignore[attr-defined]  # a ModelChoiceField
        if self.instance.pk:
            possible = queries.may_be_required(self.instance) | self.instance.requires.order_by("title", "pk")
            self.fields["requires"].queryset = possible.distinct()  # type: ignore[attr-defined]
            self.fields["requires"].initial = [one.pk for one in self.instance.requires.all()]
        if not self.instance.pk or not self.fields["requires"].queryset.exists():  # type: ignore[attr-defined]
            del self.fields["requires"]


class NewCourseForm(CourseForm):
    """A new course: whose it is, and its address."""

    owner = forms.ModelChoiceField(label=_("所属工会"), queryset=Organization.objects.none())
    slug = forms.SlugField(
        label=_("网址代码"), max_length=60, help_text=_("用在网址里，只能用字母、数字和横线，建好后不能改。")
    )

    field_order = ("owner", "title", "slug", "summary", "picture", "trade", "level", "is_in_order", "award")

    def __init__(self, *args: Any, owners: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug in RESERVED:
            raise forms.ValidationError(_("这个代码与网址冲突，请换一个。"))
        return slug


class SectionForm(forms.ModelForm[Section]):
    """What a section shows or asks; only the fields of its kind."""

    upload = forms.FileField(label=_("文件"), required=False)
    topic = TopicField(empty=_("整个题库"))

    class Meta:
        model = Section
        fields = ("title", "alt", "text", "bank", "topic", "difficulty", "questions", "pass_percent", "minutes")
        widgets = {"text": forms.Textarea(attrs={"rows": 14, "data-limit": 20000})}

    field_order = (
        "title",
        "upload",
        "alt",
        "text",
        "bank",
        "topic",
        "difficulty",
        "questions",
        "pass_percent",
        "minutes",
    )

    def __init__(self, *args: Any, kind: SectionKind, banks: QuerySet[Bank], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind in FILES:
            wanted, accept = FILES[kind]
            has_file = self.instance.file_id is not None
            self.fields["upload"].label = wanted.label
            self.fields["upload"].required = not has_file
            self.fields["upload"].widget.attrs["accept"] = accept
            if has_file:
                self.fields["upload"].help_text = _("不选则沿用现有文件。")
        else:
            del self.fields["upload"]
        if kind != SectionKind.PICTURE:
            del self.fields["alt"]
        else:
            self.fields["alt"].required = True
            self.fields["alt"].help_text = _("看不见图片的人会听到这句话。")
        if kind == SectionKind.DRILL:
            self.fields["bank"].queryset = banks  # type: ignore[attr-defined]  # a ModelChoiceField
            self.fields["bank"].required = True
            self.fields["bank"].empty_label = _("请选择")  # type: ignore[attr-defined]  # a ModelChoiceField
            self.fields["topic"].load()  # type: ignore[attr-defined]  # a TopicField
            self.fields["difficulty"].required = False
        else:
            for name in DRILL_FIELDS:
                del self.fields[name]
        text = self.fields["text"]
        text.required = kind == SectionKind.TEXT
        text.help_text = _("可以用 Markdown：空一行分段，“## ”开头是小标题，“- ”开头是列表，“**文字**”加粗。")
        if kind != SectionKind.TEXT:
            text.label = _("说明")
            text.widget.attrs["rows"] = 5


class CatalogueForm(forms.Form):
    """How the learner's list of courses is narrowed."""

    q = forms.CharField(label=_("课程名称"), required=False, max_length=80)
    trade = forms.TypedChoiceField(label=_("工种"), required=False, coerce=int, empty_value=None)
    level = forms.ChoiceField(
        label=_("等级"),
        required=False,
        choices=[("", _("全部")), *((value, label) for value, label in Level.choices if value)],
    )

    def __init__(self, *args: Any, courses: QuerySet[Course], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trades = queries.trades(courses).values_list("pk", "name")
        self.fields["trade"].choices = [("", _("全部")), *trades]  # type: ignore[attr-defined]  # a ChoiceField


class KeptForm(CatalogueForm):
    """How the officer's list of courses is narrowed."""

    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *CourseState.choices])


class LearnersForm(forms.Form):
    """How the list of a course's learners is narrowed."""

    q = forms.CharField(label=_("姓名"), required=False, max_length=50)
    unit = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    state = forms.ChoiceField(
        label=_("进度"),
        required=False,
        choices=[("", _("全部")), ("finished", _("已学完")), ("learning", _("学习中"))],
    )


class PlaceForm(forms.Form):
    """Where a section is to stand."""

    to = forms.IntegerField(min_value=1, max_value=1000)
