"""Pages of long lists of wide rows."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


class KeyPaginator(Paginator[Any]):
    """Pages of a queryset, found by key: the rows are read once it is known which ones a page shows.

    A database that sorts whole rows carries their long texts and all they are joined with through the sort. Sorting
    keys alone takes one query more and, at some thousands of rows, a fraction of the time.
    """

    object_list: QuerySet[Any]

    def __init__(self, rows: QuerySet[Any], per_page: int, *, count: int | None = None) -> None:
        """``count`` is the number of rows where the page has counted them already."""
        super().__init__(rows, per_page)
        if count is not None:
            self.__dict__["count"] = count

    def page(self, number: int | str) -> Page[Any]:
        found = super().page(number)
        wanted: QuerySet[Any] = self.object_list[found.start_index() - 1 if self.count else 0 : found.end_index()]
        keys = list(wanted.prefetch_related(None).values_list("pk", flat=True))
        rows = {row.pk: row for row in self.object_list.order_by().filter(pk__in=keys)}
        # A row that was removed in between is left out.
        found.object_list = [rows[key] for key in keys if key in rows]
        return found
