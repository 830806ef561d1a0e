from __future__ import annotations

from django.urls import URLPattern, path

from huomiao.innovations.views import results

urlpatterns: list[URLPattern] = [
    path("calls/<slug:slug>/results/", results.results, name="results"),
    path("calls/<slug:slug>/results/table/", results.table, name="results-table"),
    path("results/<int:pk>/", results.result, name="result"),
    path("rounds/<int:pk>/propose/", results.propose, name="round-propose"),
    path("rounds/<int:pk>/release/", results.release, name="round-release"),
]
