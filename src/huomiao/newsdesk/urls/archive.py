from __future__ import annotations

from django.urls import path

from huomiao.newsdesk.views import archive, memento

urlpatterns = [
    path("news/captures/<int:pk>/", archive.archived, name="archived"),
    path("news/pictures/<int:pk>/", archive.picture, name="picture"),
    path("news/timegate/<path:address>", memento.timegate, name="timegate"),
    path("news/timemap/link/<path:address>", memento.timemap_link, name="timemap-link"),
    path("news/timemap/json/<path:address>", memento.timemap_json, name="timemap-json"),
]
