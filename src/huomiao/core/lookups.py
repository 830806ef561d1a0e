"""Lookups that take what people send."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.lookups import In


@models.IntegerField.register_lookup
class InRange(In):  # type: ignore[type-arg]  # generic only in the stubs
    """``in`` for whole numbers that passes over those no column holds, as Django's ``exact`` does.

    Keys come from forms and addresses; a database fails on a number of twenty digits.
    """

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        if self.rhs_is_direct_value():
            least, most = connection.ops.integer_field_range(self.lhs.output_field.get_internal_type())
            self.rhs = [value for value in self.rhs if not isinstance(value, int) or _is_between(value, least, most)]
        return super().process_rhs(compiler, connection)


def _is_between(value: int, least: int | None, most: int | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)
