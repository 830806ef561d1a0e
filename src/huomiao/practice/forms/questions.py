"""The forms of questions: how their list is narrowed, what is done with many, and what stands beside their texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huomiao.practice.actions import questions as actions
from huomiao.practice.kinds import KINDS
from huomiao.practice.models import Question, Topic
from huomiao.practice.queries import topics
from huomiao.practice.states import Level, QuestionState, Use

DIFFICULTIES = [("1", _("1 很容易")), ("2", _("2 较容易")), ("3", _("3 中等")), ("4", _("4 较难")), ("5", _("5 很难"))]
Choices = list[tuple[str, str | Promise]]


def kind_choices() -> Choices:
    return [(name, kind.label) for name, kind in KINDS.items()]


class TopicField(forms.ModelChoiceField[Topic]):
    """A topic out of the whole tree, indented by depth; the tree is read once for the form."""

    def __init__(self, *, empty: str | Promise) -> None:
        super().__init__(label=_("知识点"), queryset=Topic.objects.order_by("path"), required=False)
        self.empty = empty

    def load(self, others: Iterable[tuple[str, str | Promise]] = ()) -> None:
        """Fill the choices. Called by the form, for reading the tree takes a query."""
        self.choices = [("", self.empty), *others, *topics.choices()]


class QuestionFilterForm(forms.Form):
    """How the list of a bank's questions is narrowed."""

    q = forms.CharField(label=_("题干、编号或来源"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("题型"), required=False)
    topic = TopicField(empty=_("全部"))
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("未停用的")), *QuestionState.choices, ("changed", _("有未审核的修改"))],
    )
    use = forms.ChoiceField(label=_("用途"), required=False, choices=[("", _("全部")), *Use.choices])
    difficulty = forms.TypedChoiceField(
        label=_("难度"), required=False, coerce=int, empty_value=None, choices=[("", _("全部")), *DIFFICULTIES]
    )
    unsorted = forms.BooleanField(label=_("未分知识点"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("全部")), *kind_choices()]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["topic"].load()  # type: ignore[attr-defined]  # a TopicField


class SortForm(forms.Form):
    """What many questions are given at once; what is left open stays as it is."""

    UNCHANGED = "-"

    topic = forms.ChoiceField(label=_("知识点"), required=False)
    difficulty = forms.ChoiceField(label=_("难度"), required=False, choices=[("", _("不变")), *DIFFICULTIES])
    use = forms.ChoiceField(label=_("用途"), required=False, choices=[("", _("不变")), *Use.choices])
    level = forms.ChoiceField(
        label=_("等级"), required=False, choices=[("", _("不变")), ("0", Level.ANY.label), *Level.choices[1:]]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(str(pk), name) for pk, name in topics.choices()]
        self.fields["topic"].choices = [("", _("不变")), ("0", _("不挂知识点")), *shown]  # type: ignore[attr-defined]  # a ChoiceField

    def values(self) -> dict[str, Any]:
        """What is to change, as ``actions.sorting.sort`` takes it."""
        chosen = self.cleaned_data
        found: dict[str, Any] = {}
        if chosen["topic"]:
            found["topic_id"] = int(chosen["topic"]) or None
        if chosen["difficulty"]:
            found["difficulty"] = int(chosen["difficulty"])
        if chosen["use"]:
            found["use"] = chosen["use"]
        if chosen["level"]:
            found["level"] = "" if chosen["level"] == "0" else chosen["level"]
        return found


class FactsForm(forms.Form):
    """What is kept of a question beside its texts, and how its explanation reads."""

    code = forms.CharField(
        label=_("编号"),
        max_length=actions.CODE_LIMIT,
        required=False,
        help_text=_("再次导入时按编号更新，不填自动编号。"),
    )
    use = forms.ChoiceField(
        label=_("用途"), choices=Use.choices, initial=Use.BOTH, help_text=_("只用于考试的题，练习时不会出现。")
    )
    topic = TopicField(empty=_("不挂知识点"))
    level = forms.ChoiceField(label=_("等级"), choices=Level.choices, required=False)
    difficulty = forms.TypedChoiceField(label=_("难度"), coerce=int, choices=DIFFICULTIES, initial="3")
    source = forms.CharField(
        label=_("来源"), max_length=actions.SOURCE_LIMIT, required=False, help_text=_("例如教材、规程的名称和章节。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].load()  # type: ignore[attr-defined]  # a TopicField

    @classmethod
    def initial_of(cls, question: Question) -> dict[str, Any]:
        return {
            "code": question.code,
            "use": question.use,
            "topic": question.topic_id,
            "level": question.level,
            "difficulty": question.difficulty,
            "source": question.source,
        }


class NoteForm(forms.Form):
    """A reason."""

    note = forms.CharField(
        label=_("需要修改什么"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "data-limit": "300"})
    )
