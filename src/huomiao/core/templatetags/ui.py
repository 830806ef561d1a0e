"""Tags and filters that every template has."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BaseFormSet, BoundField, CheckboxInput, FileInput
from django.forms.widgets import CheckboxSelectMultiple, MultiWidget, RadioSelect, SelectDateWidget
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from huomiao.core import acts, icons
from huomiao.core import markdown as markdown_text
from huomiao.core.encryption import mask
from huomiao.core.models import Entry
from huomiao.core.numbers import plain

register = template.Library()

TONES = frozenset({"neutral", "good", "warn", "bad", "info", "accent"})


@register.simple_tag
def icon(name: str) -> SafeString:
    """An inline icon; the words beside it carry the meaning."""
    return icons.svg(name)


@register.simple_tag
def flame_mark() -> SafeString:
    """The mark of the site."""
    return icons.mark()


@register.simple_tag
def badge(text: object, tone: str = "neutral") -> SafeString:
    """A short state word in a tone. An unknown tone is a mistake in the template and shows at once."""
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"badge has no tone {tone!r}; it knows {', '.join(sorted(TONES))}")
    return format_html('<span class="badge badge-{}">{}</span>', tone, text)


@register.simple_tag
def meter(value: float | Decimal, maximum: float | Decimal, label: str = "") -> SafeString:
    """A bar that shows ``value`` of ``maximum``; its text equivalent is the label with both numbers."""
    share = float(value) / float(maximum) * 100 if maximum else 0.0
    return format_html(
        '<svg class="meter{}" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="meter-track" width="100" height="6"/>'
        '<rect class="meter-fill" width="{}" height="6"/></svg>',
        " meter-over" if share > 100 else "",
        _("%(label)s：%(value)s / %(maximum)s") % {"label": label, "value": value, "maximum": maximum},
        f"{min(max(share, 0.0), 100.0):.1f}",
    )


@register.inclusion_tag("ui/stat.html")
def stat(label: str, value: object, url: str = "", hint: str = "") -> dict[str, Any]:
    """One figure with its name; with ``url`` it opens the list behind it."""
    shown = f"{value:,}" if isinstance(value, int) else value
    return {"label": label, "value": shown, "url": url, "hint": hint}


@register.inclusion_tag("ui/empty.html")
def empty(title: str, hint: str = "", url: str = "", label: str = "", icon_name: str = "flame") -> dict[str, Any]:
    """What stands where nothing is: why, and what to do."""
    return {"title": title, "hint": hint, "url": url, "label": label, "icon_name": icon_name}


@register.inclusion_tag("ui/pages.html", takes_context=True)
def pages(context: template.Context, page: Page[Any]) -> dict[str, Any]:
    """Links to the pages of a list, with the query string kept, and how many rows there are in all."""
    paginator = page.paginator
    numbers = paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1) if paginator.num_pages > 1 else ()
    return {"page": page, "numbers": list(numbers), "gap": paginator.ELLIPSIS, "query": context["request"].GET}


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, label: str = "") -> dict[str, Any]:
    """A form field with its label, control, help and errors, whatever its widget."""
    widget = bound.field.widget
    if isinstance(widget, CheckboxInput):
        layout = "check"
    elif isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        layout = "choices"
    elif isinstance(widget, SelectDateWidget | MultiWidget):
        layout = "parts"
    elif isinstance(widget, FileInput):
        layout = "file"
    else:
        layout = "line"
    return {
        "field": bound,
        "label": label or bound.label,
        "layout": layout,
        "is_optional": not bound.field.required and layout != "check",
    }


@register.inclusion_tag("ui/form_errors.html")
def form_errors(form: BaseForm | BaseFormSet[Any], *, takes_focus: bool = True) -> dict[str, Any]:
    """What is wrong with a form (or formset), each sentence linked to its field; nothing when nothing is wrong."""
    return {"problems": list(_problems(form)), "takes_focus": takes_focus}


def _problems(form: BaseForm | BaseFormSet[Any]) -> Iterator[dict[str, str]]:
    if isinstance(form, BaseFormSet):
        for sentence in form.non_form_errors():
            yield {"target": "", "label": "", "sentence": str(sentence)}
        for member in form.forms:
            yield from _problems(member)
        return
    for name, sentences in form.errors.items():
        bound = form[name] if name in form.fields else None
        is_shown = bound is not None and not bound.is_hidden
        for sentence in sentences:
            yield {
                "target": _target(bound) if bound is not None and is_shown else "",
                "label": str(bound.label or "").rstrip("。.?？") if bound is not None else "",
                "sentence": str(sentence),
            }


def _target(bound: BoundField) -> str:
    """The id to jump to: the control's, or the group's where there are several controls."""
    return bound.auto_id


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as safe HTML, to stand inside ``.prose``."""
    return markdown_text.render(text)


@register.filter
def masked_phone(number: str) -> str:
    """A phone number as it may stand on a screen: 138****5678."""
    return mask(number or "")


@register.filter
def points(value: Decimal | float | None) -> str:
    """Points, averages and the like to two places at most, no zeros behind them: 82.5, 20; a dash for none."""
    return "—" if value is None else plain(round(Decimal(value), 2))


@register.filter
def act(entry: Entry) -> str:
    """What was done, in words."""
    return acts.words(entry.action)
