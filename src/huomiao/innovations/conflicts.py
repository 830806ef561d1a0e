"""Why an expert may not score a declaration. Pure: it compares what ``queries.reviews`` gathered of both."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from huomiao.innovations.states import ConflictKind


@dataclass(frozen=True)
class ExpertFacts:
    key: int
    name: str
    user: int
    # The place in the tree of their unit, and of the enterprise that their unit is part of.
    unit_path: str = ""
    enterprise_path: str = ""
    unit_name: str = ""
    # Branches in which they see or handle declarations as an officer.
    office_paths: tuple[str, ...] = ()
    studios: frozenset[int] = frozenset()
    # People with whom they ever declared a result.
    companions: frozenset[int] = frozenset()
    related_paths: tuple[tuple[str, str], ...] = ()
    related_names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DeclarationFacts:
    key: int
    unit_path: str
    enterprise_path: str
    unit_name: str
    union_path: str = ""
    authors: frozenset[int] = frozenset()
    # Names of authors, of the contact and of the studio's leader.
    names: frozenset[str] = field(default_factory=frozenset)
    declared_by: int = 0
    # The studio it came from and those its authors are in.
    studios: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Found:
    kind: ConflictKind
    note: str = ""


def find(expert: ExpertFacts, declaration: DeclarationFacts, *, avoids_same_union: bool) -> list[Found]:
    """Every reason for which ``expert`` may not score ``declaration``, at most one of each kind."""
    found = [
        _same_unit(expert, declaration),
        _same_union(expert, declaration, avoids=avoids_same_union),
        _worked_together(expert, declaration),
        Found(ConflictKind.STUDIO) if expert.studios & declaration.studios else None,
        _declared(expert, declaration),
    ]
    return [one for one in found if one]


def _same_unit(expert: ExpertFacts, declaration: DeclarationFacts) -> Found | None:
    same_enterprise = expert.enterprise_path and expert.enterprise_path == declaration.enterprise_path
    same_name = expert.unit_name and _plain(expert.unit_name) == _plain(declaration.unit_name)
    if same_enterprise or same_name:
        return Found(ConflictKind.UNIT)
    return None


def _same_union(expert: ExpertFacts, declaration: DeclarationFacts, *, avoids: bool) -> Found | None:
    # An officer saw the declarations of their branch with names, whatever the setting says. A unit may have moved to
    # another branch since: the union that recommended it still reads it.
    handled = (declaration.unit_path, declaration.union_path)
    if any(place.startswith(path) for path in expert.office_paths for place in handled):
        return Found(ConflictKind.UNION, "office")
    if avoids and expert.unit_path and declaration.union_path and expert.unit_path.startswith(declaration.union_path):
        return Found(ConflictKind.UNION)
    return None


def _worked_together(expert: ExpertFacts, declaration: DeclarationFacts) -> Found | None:
    if expert.user in declaration.authors or expert.user == declaration.declared_by:
        return Found(ConflictKind.AUTHOR, "self")
    if expert.companions & declaration.authors:
        return Found(ConflictKind.AUTHOR, "earlier")
    # Somebody of that name may be somebody else; a review beyond dispute does not try its luck.
    if _plain(expert.name) in {_plain(name) for name in declaration.names}:
        return Found(ConflictKind.AUTHOR, "namesake")
    return None


def _declared(expert: ExpertFacts, declaration: DeclarationFacts) -> Found | None:
    for path, note in expert.related_paths:
        if declaration.unit_path.startswith(path) or (
            declaration.enterprise_path and declaration.enterprise_path == path
        ):
            return Found(ConflictKind.DECLARED, note)
    names = {_plain(name) for name in declaration.names}
    for name, note in expert.related_names:
        if _plain(name) in names:
            return Found(ConflictKind.DECLARED, note)
    return None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
