from __future__ import annotations

from django.urls import URLPattern, URLResolver

from huomiao.orgs import urls_activation

app_name = "orgs"

urlpatterns: list[URLPattern | URLResolver] = [
    *urls_activation.urlpatterns,
]
