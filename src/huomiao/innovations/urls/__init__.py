"""The addresses of the programme, one module per noun."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from huomiao.innovations.urls import (
    calls,
    declarations,
    experts,
    paper,
    publication,
    recommendations,
    results,
    reviews,
    tables,
)

app_name = "innovations"

urlpatterns: list[URLPattern | URLResolver] = [
    *calls.urlpatterns,
    *declarations.urlpatterns,
    *recommendations.urlpatterns,
    *tables.urlpatterns,
    *paper.urlpatterns,
    *experts.urlpatterns,
    *reviews.urlpatterns,
    *results.urlpatterns,
    *publication.urlpatterns,
]
