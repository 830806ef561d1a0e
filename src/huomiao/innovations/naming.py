"""Finding the names of people, units and unions in texts that must not carry them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from huomiao.core.likeness import normalise
from huomiao.innovations.models import Declaration
from huomiao.innovations.queries.recommendations import current
from huomiao.orgs.models import Organization
from huomiao.orgs.queries import ancestors

# What follows an organization's own name; people leave it out when they write.
_ENDINGS = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|集团公司|集团|总公司|公司)?(?:工会委员会|工会联合会|总工会|工会)?$"
)
# A shorter stem ("江西", "南昌") names a place, not a unit.
_SHORTEST_STEM = 4
# What makes a title name somebody's company even when it is none we know.
_COMPANY = re.compile(r"公司|集团|股份|有限责任")


@cache
def ways_of_writing(name: str) -> tuple[str, ...]:
    """``name`` and how it is commonly shortened: without its legal form."""
    stem = _ENDINGS.sub("", name)
    return (name, stem) if stem != name and len(stem) >= _SHORTEST_STEM else (name,)


def of_organization(organization: Organization) -> list[str]:
    """The names by which an organization may be known: full, short, former, and without the legal form."""
    names = [organization.name, organization.short_name]
    names += organization.former_names.values_list("name", flat=True)
    return [way for name in names if name for way in ways_of_writing(name)]


def of_declaration(declaration: Declaration) -> list[str]:
    """Every name that would tell an expert whose work it is: authors, contact, unit, and the unions above it."""
    unit = current(declaration.unit)
    unions = [node.name for node in ancestors(unit) if node.depth > 1]
    people = [author.name for author in declaration.authors.all()]
    names = [*people, declaration.contact_name, *of_organization(declaration.unit), *unions]
    if declaration.studio is not None:
        names += [declaration.studio.name, declaration.studio.leader_name]
    return list(dict.fromkeys(name for name in names if len(name) > 1))


def found(text: str, names: Iterable[str]) -> list[str]:
    """Which of ``names`` stand in ``text``, however they are spaced or punctuated there; each once, in the order given."""
    plain = normalise(text)
    hits = [name for name in dict.fromkeys(names) if (folded := normalise(name)) and folded in plain]
    # A full name says more than the stem inside it.
    return [hit for hit in hits if not any(hit != other and hit in other for other in hits)]


def company_in_title(title: str, unit: Organization) -> str:
    """The company or unit that a title names; "" when it names none."""
    known = found(title, of_organization(unit))
    if known:
        return known[0]
    match = _COMPANY.search(title)
    return match.group(0) if match else ""
