"""What the style guide shows: a form with every kind of field, a few invented rows, and the error pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django import forms
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy as _

from huomiao.core.models import Entry

# What can be previewed: the template and the status with which it is really sent.
ERROR_PAGES: dict[str, str] = {
    "403": "core/403.html",
    "404": "core/404.html",
    "409": "core/refused.html",
    "csrf": "core/csrf.html",
    "500": "core/500.html",
}


MARKDOWN = """\
# 一、申报范围

面向**一线职工**，征集在生产和服务中完成的：

1. 小发明、小创造；
2. 小革新、小设计、小建议。

| 类别 | 名额 |
| --- | --- |
| 小发明 | 10 |
| 小革新 | 15 |

> 同一成果不得重复申报。
"""


class SampleForm(forms.Form):
    """One field for every kind of control."""

    title = forms.CharField(label=_("成果名称"), max_length=30, help_text=_("一句话说清做了什么，不超过 30 字。"))
    category = forms.ChoiceField(
        label=_("类别"),
        choices=[("", _("请选择")), ("invention", _("小发明")), ("creation", _("小创造")), ("renewal", _("小革新"))],
    )
    problem = forms.CharField(
        label=_("问题与背景"), widget=forms.Textarea(attrs={"data-limit": "300"}), help_text=_("原来怎么做，难在哪里。")
    )
    amount = forms.DecimalField(label=_("年节约支出（万元）"), required=False, max_digits=10, decimal_places=2)
    finished_on = forms.DateField(label=_("完成日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    source = forms.ChoiceField(
        label=_("来源"),
        widget=forms.RadioSelect,
        choices=[("team", _("班组")), ("studio", _("创新工作室")), ("person", _("个人"))],
    )
    proofs = forms.MultipleChoiceField(
        label=_("已有的证明材料"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("benefit", _("效益证明")), ("use", _("应用证明")), ("patent", _("专利证书"))],
    )
    picture = forms.FileField(label=_("成果图片"), required=False, help_text=_("JPG 或 PNG，每张不超过 20 MB。"))
    pledge = forms.BooleanField(label=_("我承诺所填内容真实，成果权属清楚。"))


@dataclass(frozen=True)
class Row:
    """A line of the sample table."""

    number: str
    title: str
    unit: str
    category: str
    state: str
    tone: str
    score: str


ROWS = (
    Row("赣0012", "一种防松脱的管道快装卡箍", "示例机械厂", "小发明", "形审通过", "good", "91.20"),
    Row("赣0037", "输送带跑偏自动纠正装置的改进与应用", "示例矿业公司", "小革新", "退回修改", "warn", "88.75"),
    Row("赣0102", "病区呼叫铃分级提醒方法", "示例人民医院", "小建议", "待审核", "info", "86.00"),
    Row("赣0155", "窑炉余热回收管路的重新布置", "示例陶瓷公司", "小改造", "未获推荐", "neutral", "79.40"),
)


def forms_by_state() -> dict[str, SampleForm]:
    """The sample form empty, wrong and disabled, and one of whose fields the filter row is made."""
    wrong = SampleForm(
        {"wrong-title": "一" * 40, "wrong-problem": "原来靠人工扳动，费时费力。", "wrong-amount": "很多"},
        prefix="wrong",
    )
    wrong.is_valid()
    disabled = SampleForm(
        prefix="disabled", initial={"title": ROWS[0].title, "category": "invention", "source": "team"}
    )
    for field in disabled.fields.values():
        field.disabled = True
    return {
        "filter": SampleForm(prefix="filter"),
        "empty": SampleForm(prefix="empty"),
        "wrong": wrong,
        "disabled": disabled,
    }


def page() -> Page[int]:
    """A page out of the middle of a long list."""
    return Paginator(range(5130), 50).page(7)


def entries() -> list[Entry]:
    """A short history, not stored."""
    return [
        Entry(
            at=datetime(2026, 5, 20, 1, 30, tzinfo=UTC),
            actor_name="示例经办人",
            action="declaration.returned",
            note="请补充效益计算依据。",
            number=3,
            hash="c" * 64,
        ),
        Entry(
            at=datetime(2026, 5, 18, 8, 5, tzinfo=UTC), actor_name="示例职工", action="declaration.submitted", number=2
        ),
        Entry(at=datetime(2026, 5, 12, 2, 0, tzinfo=UTC), actor_name="", action="call.open", number=1),
    ]
