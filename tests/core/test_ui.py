from __future__ import annotations

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from huomiao.core import display, icons, markdown, palette
from huomiao.core.models import Entry
from tests.core.pages import inline_code


def rendered(source: str, **values) -> str:
    return Template(source).render(Context(values)).strip()


class PersonForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=5, help_text="如身份证。")
    nickname = forms.CharField(label="昵称", required=False)
    kind = forms.ChoiceField(label="类别", widget=forms.RadioSelect, choices=[("a", "甲"), ("b", "乙")])
    agree = forms.BooleanField(label="同意。")
    token = forms.CharField(widget=forms.HiddenInput)


# --- Icons, badges, meters ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(icons.SHAPES))
def test_every_icon_is_hidden_from_screen_readers(name):
    assert rendered('{% icon "' + name + '" %}').startswith(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
    )


def test_badge_escapes_its_text():
    assert rendered('{% badge text "good" %}', text="<b>") == '<span class="badge badge-good">&lt;b&gt;</span>'


def test_badge_of_unknown_tone_is_refused():
    with pytest.raises(TemplateSyntaxError):
        rendered('{% badge "x" "pink" %}')


@pytest.mark.parametrize(
    ("value", "maximum", "width", "is_over"),
    [
        (0, 10, "0.0", False),
        (5, 10, "50.0", False),
        (10, 10, "100.0", False),
        (17, 15, "100.0", True),
        (3, 0, "0.0", False),
    ],
)
def test_meter_fills_its_share(value, maximum, width, is_over):
    html = rendered('{% meter value maximum "名额" %}', value=value, maximum=maximum)

    assert f'<rect class="meter-fill" width="{width}"' in html
    assert ("meter-over" in html) is is_over
    assert f'aria-label="名额：{value} / {maximum}"' in html


def test_stat_with_address_is_a_link_with_grouped_digits():
    html = rendered('{% stat "申报" 5130 "/list/" "较上年增加" %}')

    assert '<a class="stat-link" href="/list/"><span class="stat-value tabular">5,130</span>' in html
    assert '<span class="stat-hint">较上年增加</span>' in html


def test_stat_without_address_is_no_link():
    assert "<a" not in rendered('{% stat "申报" 5 %}')


def test_empty_says_what_to_do():
    html = rendered('{% empty "没有申报" "先看看征集。" "/calls/" "查看征集" %}')

    assert '<p class="empty-title">没有申报</p>' in html
    assert '<a class="button" href="/calls/">查看征集</a>' in html


# --- Fields -------------------------------------------------------------------------------------------------------


def test_field_ties_help_and_errors_to_its_control():
    form = PersonForm({"name": "六个字的名字"})

    html = rendered("{% field form.name %}", form=form)

    assert '<label for="id_name">姓名</label>' in html
    assert '<p class="help" id="id_name_helptext">如身份证。</p>' in html
    assert 'id="id_name_error"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_field_that_may_stay_empty_says_so():
    html = rendered("{% field form.nickname %}", form=PersonForm())

    assert '<span class="optional">选填</span>' in html


def test_field_with_several_controls_is_a_group_with_a_legend():
    html = rendered("{% field form.kind %}", form=PersonForm())

    assert "<fieldset" in html
    assert "<legend>类别</legend>" in html
    assert html.count('type="radio"') == 2


def test_checkbox_stands_before_its_label():
    html = rendered("{% field form.agree %}", form=PersonForm())

    assert html.index("<input") < html.index("<label")


def test_hidden_field_is_only_its_control():
    html = rendered("{% field form.token %}", form=PersonForm())

    assert html == '<input type="hidden" name="token" id="id_token">'


def test_form_errors_link_to_their_fields():
    form = PersonForm({"name": "六个字的名字", "kind": "a", "token": "x"})
    form.is_valid()
    form.add_error(None, "两处不能相同。")

    html = rendered("{% form_errors form %}", form=form)

    assert "有 3 处需要修改" in html
    assert '<a href="#id_name">姓名：' in html
    assert '<a href="#id_agree">同意：' in html
    assert "<li>两处不能相同。</li>" in html


def test_form_errors_of_a_valid_form_are_nothing():
    form = PersonForm({"name": "王", "kind": "a", "agree": "on", "token": "x"})

    assert rendered("{% form_errors form %}", form=form) == ""


def test_form_errors_of_a_formset_name_every_form():
    factory = forms.formset_factory(PersonForm, extra=0)
    formset = factory(
        {
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "2",
            "form-0-name": "王",
            "form-0-kind": "a",
            "form-0-agree": "on",
            "form-0-token": "x",
            "form-1-kind": "a",
            "form-1-agree": "on",
            "form-1-token": "x",
        }
    )

    html = rendered("{% form_errors formset %}", formset=formset)

    assert '<a href="#id_form-1-name">' in html
    assert "id_form-0" not in html


# --- Pages --------------------------------------------------------------------------------------------------------


def test_pages_keep_the_query_string():
    request = RequestFactory().get("/list/", {"q": "轴承", "page": "2"})

    html = rendered("{% pages page_obj %}", page_obj=Paginator(range(230), 50).page(2), request=request)

    assert "第 51–100 条，共 230 条" in html
    assert 'rel="next" href="?q=%E8%BD%B4%E6%89%BF&amp;page=3"' in html
    assert '<a aria-current="page" href="?q=%E8%BD%B4%E6%89%BF&amp;page=2">2</a>' in html


def test_pages_of_a_short_list_only_count():
    request = RequestFactory().get("/list/")

    html = rendered("{% pages page_obj %}", page_obj=Paginator(range(3), 50).page(1), request=request)

    assert "第 1–3 条，共 3 条" in html
    assert "<a" not in html


# --- Text ---------------------------------------------------------------------------------------------------------


def test_markdown_heading_begins_one_level_down():
    assert markdown.render("# 通知\n\n正文") == "<h2>通知</h2>\n<p>正文</p>\n"


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", '<img src=x onerror="alert(1)">', "<p style='x'>a</p>"],
)
def test_markdown_never_carries_code(text):
    html = markdown.render(text)

    assert inline_code(html) == []
    assert 'href="javascript' not in html


def test_masked_phone_hides_the_middle():
    assert rendered("{{ number|masked_phone }}", number="13812345678") == "138****5678"


def test_history_shows_newest_first_with_words():
    entries = [
        Entry(action="declaration.returned", actor_name="王经办", note="请补充。", number=2),
        Entry(action="other"),
    ]

    html = rendered('{% include "core/_history.html" %}', entries=entries)

    assert "<strong>退回修改</strong>" in html
    assert "王经办" in html
    assert "存证第 2 号" in html
    assert "<strong>other</strong>" in html
    assert '<span class="muted">系统</span>' in html


# --- Colours ------------------------------------------------------------------------------------------------------


def test_contrast_is_that_of_the_guideline():
    assert round(palette.contrast("#000000", "#ffffff"), 2) == 21
    assert round(palette.contrast("#767676", "#ffffff"), 2) == 4.54
    assert palette.contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("app", palette.apps())
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(theme, app):
    weak = [
        f"{pair.text} on {pair.ground}: {pair.ratio:.2f}"
        for pair in palette.pairs(palette.TEXT_PAIRS, theme=theme, app=app)
        if pair.ratio < 4.5
    ]

    assert weak == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_and_focus_can_be_seen(theme):
    weak = [
        f"{pair.text} on {pair.ground}: {pair.ratio:.2f}"
        for pair in palette.pairs(palette.EDGE_PAIRS, theme=theme)
        if pair.ratio < 3
    ]

    assert weak == []


def test_dark_theme_sets_every_colour_anew_but_the_leaf():
    light, dark = palette.colours("light"), palette.colours("dark")

    assert [name for name in light if light[name] == dark[name]] == ["flame-leaf"]


@pytest.mark.parametrize("app", palette.apps())
def test_every_app_has_its_accent_in_both_themes(app):
    assert palette.colours("light", app)["accent"] != palette.colours("dark", app)["accent"]


# --- Choices of the reader ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookie", "expected"), [("", "auto"), ("dark", "dark"), ("light", "light"), ('"><script>', "auto")]
)
def test_theme_is_one_of_the_known(cookie, expected):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie

    assert display.chosen(request, "theme") == expected
