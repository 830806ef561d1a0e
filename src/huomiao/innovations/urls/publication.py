from __future__ import annotations

from django.urls import URLPattern, path

from huomiao.innovations.views import publication

urlpatterns: list[URLPattern] = [
    path("published/", publication.published, name="published"),
    path("published/<int:pk>/revoke/", publication.published_revoke, name="published-revoke"),
    path("published/<str:key>/", publication.published_detail, name="published-detail"),
    path("calls/<slug:slug>/publication/", publication.publication, name="publication"),
    path("calls/<slug:slug>/publication/open/", publication.publication_open, name="publication-open"),
    path("calls/<slug:slug>/publication/withdraw/", publication.publication_withdraw, name="publication-withdraw"),
    path("calls/<slug:slug>/publication/publish/", publication.publish, name="publish"),
]
