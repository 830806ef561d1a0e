"""The steps of the wizard: which forms each shows, and how what they hold is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.forms import BaseForm, BaseFormSet, BoundField, CheckboxInput, Textarea

from huomiao.innovations.actions import drafts
from huomiao.innovations.forms.declarations import (
    AuthorRows,
    AwardRows,
    BasicsForm,
    BenefitRows,
    ContentForm,
    OwnershipForm,
    PledgeForm,
    PropertyRows,
)
from huomiao.innovations.models import Declaration
from huomiao.innovations.states import Step

if TYPE_CHECKING:
    from huomiao.accounts.models import User

Forms = dict[str, Any]
Data = Mapping[str, Any] | None
_AUTHOR = "id name post title phone gender born_in is_frontline is_member contribution"
_BLANK_AUTHOR: dict[str, Any] = {"is_frontline": True, "is_member": True}


@dataclass(frozen=True)
class StepForms:
    """How one step is shown and saved. ``make`` binds the forms when there is data, and adds an empty row to ``add``."""

    make: Callable[[Declaration, Data, str], Forms]
    save: Callable[[Declaration, Forms, User, int], Declaration]


def show(declaration: Declaration, step: Step, *, add: str = "") -> Forms:
    """The forms of a step with what is saved; ``add`` names a list that gets an empty row."""
    return STEPS[step].make(declaration, None, add)


def read(declaration: Declaration, step: Step, data: Mapping[str, Any]) -> Forms:
    """The forms of a step with what was typed, each validated."""
    forms = STEPS[step].make(declaration, data, "")
    for form in forms.values():
        form.is_valid()
    return forms


def save(declaration: Declaration, step: Step, forms: Forms, *, by: User, version: int) -> Declaration:
    """Save what was understood."""
    return STEPS[step].save(declaration, forms, by, version)


def wrong(forms: Forms) -> dict[str, list[str]]:
    """What was not understood, by the name of the control."""
    return {
        form.add_prefix(name): [str(error) for error in errors]
        for form in _members(forms)
        for name, errors in form.errors.items()
    }


def differences(declaration: Declaration, step: Step, data: Mapping[str, Any]) -> list[dict[str, str]]:
    """Where what was typed is not what is saved, for a window that was overtaken: both texts, by control."""
    mine = read(declaration, step, data)
    saved = show(declaration, step)
    typed = {bound.html_name: bound for form in _members(mine) for bound in form if not bound.is_hidden}
    held = {bound.html_name: bound for form in _members(saved) for bound in form if not bound.is_hidden}
    rows = []
    for name in dict.fromkeys([*typed, *held]):
        ours, theirs = _words(typed.get(name)), _words(held.get(name))
        if ours != theirs:
            label = (typed.get(name) or held[name]).label
            rows.append({"name": name, "label": str(label), "mine": ours, "saved": theirs})
    return rows


def author_ids(declaration: Declaration, forms: Forms) -> dict[str, str]:
    """The keys that new authors were given, by the hidden control that must send them next time."""
    rows = [row for row in forms["authors"].forms if not row.is_blank] if "authors" in forms else []
    return {row.add_prefix("id"): str(author.pk) for row, author in zip(rows, declaration.authors.all(), strict=False)}


def _members(forms: Forms) -> list[BaseForm]:
    return [member for form in forms.values() for member in (form.forms if isinstance(form, BaseFormSet) else [form])]


def _words(bound: BoundField | None) -> str:
    """What a control holds, as people read it."""
    if bound is None:
        return ""
    value = bound.value()
    if isinstance(bound.field.widget, CheckboxInput):
        return "✓" if value else ""
    formatted = bound.field.widget.format_value(value)
    text = "".join(formatted) if isinstance(formatted, list | tuple) else str(formatted or "")
    choices = dict(_names(getattr(bound.field, "choices", ())))
    return str(choices.get(text, text)).replace("\r\n", "\n").strip()


def _names(choices: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """The values of a choice with their words, out of their groups."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _names(label)
        else:
            yield str(value), str(getattr(getattr(value, "instance", None), "name", label))


def _basics(declaration: Declaration, data: Data, _add: str) -> Forms:
    initial = {name: getattr(declaration, name) for name in BasicsForm.base_fields}
    return {"form": BasicsForm(data, declaration=declaration, initial=initial)}


def _save_basics(declaration: Declaration, forms: Forms, by: User, version: int) -> Declaration:
    return drafts.save(declaration, Step.BASICS, forms["form"].values, by=by, version=version)


def _content(declaration: Declaration, data: Data, _add: str) -> Forms:
    initial = {name: getattr(declaration, name) for name in ContentForm.base_fields}
    return {"form": ContentForm(data, declaration=declaration, initial=initial)}


def _save_content(declaration: Declaration, forms: Forms, by: User, version: int) -> Declaration:
    return drafts.save(declaration, Step.CONTENT, forms["form"].cleaned_data, by=by, version=version)


def _authors(declaration: Declaration, data: Data, add: str) -> Forms:
    rows = [{name: getattr(author, name) for name in _AUTHOR.split()} for author in declaration.authors.all()]
    if add == "authors" or not rows:
        rows.append(_BLANK_AUTHOR)
    forms = AuthorRows(data, prefix="authors", initial=rows)
    _count(forms, "contribution", declaration.call.limit("contribution"))
    return {"authors": forms}


def _save_authors(declaration: Declaration, forms: Forms, by: User, version: int) -> Declaration:
    rows = forms["authors"]
    if not rows.is_valid():
        return declaration
    return drafts.save_authors(declaration, _values(rows), by=by, version=version)


def _benefits(declaration: Declaration, data: Data, add: str) -> Forms:
    benefits = _saved(declaration.benefits, "kind amount period basis")
    properties = _saved(declaration.properties, "kind number holder status")
    awards = _saved(declaration.earlier_awards, "name level year awarded_by")
    for name, rows in (("benefits", benefits), ("properties", properties), ("awards", awards)):
        if add == name or (name == "benefits" and not rows):
            rows.append({})
    forms = BenefitRows(data, prefix="benefits", initial=benefits)
    _count(forms, "basis", declaration.call.limit("basis"))
    return {
        "benefits": forms,
        "properties": PropertyRows(data, prefix="properties", initial=properties),
        "awards": AwardRows(data, prefix="awards", initial=awards),
        "ownership": OwnershipForm(data, initial={"ownership": declaration.ownership}),
    }


def _save_benefits(declaration: Declaration, forms: Forms, by: User, version: int) -> Declaration:
    if not all(form.is_valid() for form in forms.values()):
        return declaration
    return drafts.save_benefits(
        declaration,
        benefits=_values(forms["benefits"]),
        properties=_values(forms["properties"]),
        awards=_values(forms["awards"]),
        ownership=forms["ownership"].cleaned_data["ownership"],
        by=by,
        version=version,
    )


def _papers(_declaration: Declaration, _data: Data, _add: str) -> Forms:
    return {}


def _save_papers(declaration: Declaration, _forms: Forms, _by: User, _version: int) -> Declaration:
    return declaration


def _pledges(declaration: Declaration, data: Data, _add: str) -> Forms:
    initial: dict[str, Any] = {f"exclusion-{pk}": True for pk in declaration.excluded_none}
    initial |= {f"pledge-{key}": True for key in declaration.pledges}
    return {"form": PledgeForm(data, call=declaration.call, initial={**initial, "consent": declaration.consent})}


def _save_pledges(declaration: Declaration, forms: Forms, by: User, version: int) -> Declaration:
    form = forms["form"]
    return drafts.save_pledges(
        declaration,
        excluded=form.excluded,
        pledged=form.pledged,
        consent=form.cleaned_data.get("consent", ""),
        by=by,
        version=version,
    )


STEPS: dict[Step, StepForms] = {
    Step.BASICS: StepForms(_basics, _save_basics),
    Step.AUTHORS: StepForms(_authors, _save_authors),
    Step.CONTENT: StepForms(_content, _save_content),
    Step.BENEFITS: StepForms(_benefits, _save_benefits),
    Step.PAPERS: StepForms(_papers, _save_papers),
    Step.SUBMIT: StepForms(_pledges, _save_pledges),
}


def _saved(rows: Any, names: str) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in names.split()} for row in rows.order_by("pk")]


def _values(rows: BaseFormSet[Any]) -> list[dict[str, Any]]:
    return [row.values for row in rows.forms if not row.is_blank]


def _count(rows: BaseFormSet[Any], name: str, limit: int) -> None:
    """A live count on the long text of each row."""
    for row in rows.forms:
        row.fields[name].widget = Textarea(attrs={"rows": 3, "data-limit": limit})
