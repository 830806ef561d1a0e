"""The forms of the knowledge tree."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from huomiao.practice.models import Topic
from huomiao.practice.queries import topics as queries
from huomiao.practice.states import TopicKind

CODE = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("代码只能用字母、数字、点、横线和下划线。"))


class TopicForm(forms.Form):
    """A topic's own facts."""

    name = forms.CharField(label=_("名称"), max_length=80)
    kind = forms.ChoiceField(label=_("类型"), choices=TopicKind.choices)
    code = forms.CharField(
        label=_("代码"),
        max_length=40,
        required=False,
        validators=[CODE],
        help_text=_("导入试题时用来对应，不填自动编号。"),
    )


class MoveForm(forms.Form):
    """Where a topic is to hang."""

    to = forms.ModelChoiceField(
        label=_("移到"), queryset=Topic.objects.none(), required=False, empty_label=_("最上层（工种）")
    )

    def __init__(self, *args: Any, topic: Topic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [one.pk for one in queries.branch(topic)]
        field = self.fields["to"]
        field.queryset = Topic.objects.order_by("path").exclude(pk__in=own)  # type: ignore[attr-defined]  # a ModelChoiceField
        field.choices = [("", _("最上层（工种）")), *((pk, name) for pk, name in queries.choices() if pk not in own)]  # type: ignore[attr-defined]
