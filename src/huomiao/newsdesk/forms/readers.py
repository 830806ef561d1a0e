from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from huomiao.newsdesk.states import Frequency


class SubscribeForm(forms.Form):
    query = forms.CharField(
        label=gettext_lazy("检索式"),
        max_length=300,
        help_text=gettext_lazy("和检索框里的写法一样，例如：技能竞赛 类别:国内 -体育"),
    )
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60, required=False)
    frequency = forms.ChoiceField(
        label=gettext_lazy("邮件摘要"), choices=Frequency.choices, initial=Frequency.NEVER, widget=forms.RadioSelect
    )
    mail_to = forms.EmailField(
        label=gettext_lazy("电子邮箱"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("需要邮件摘要时填写。会先寄一封确认信，点开其中的链接后才开始寄送。"),
    )

    def clean_name(self) -> str:
        """Without a name of its own a subscription is called by its query."""
        name: str = self.cleaned_data["name"].strip() or self.data.get("query", "").strip()
        return name[:60]

    def clean_query(self) -> str:
        return " ".join(self.cleaned_data["query"].split())


class ChangeForm(SubscribeForm):
    """A subscription keeps its query: another query is another subscription."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever a form takes
        self.fields["query"].disabled = True
