"""The addresses of the news desk, one module per noun."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from huomiao.newsdesk.urls import archive, articles, categories, editing, readers, removals, sources

app_name = "newsdesk"

urlpatterns: list[URLPattern | URLResolver] = [
    *articles.urlpatterns,
    *archive.urlpatterns,
    *categories.urlpatterns,
    *editing.urlpatterns,
    *readers.urlpatterns,
    *removals.urlpatterns,
    *sources.urlpatterns,
]
