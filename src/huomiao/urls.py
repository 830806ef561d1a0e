"""Where each app's addresses begin."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("huomiao.portal.urls")),
    path("", include("huomiao.core.urls")),
    path("", include("huomiao.accounts.urls")),
    path("", include("huomiao.orgs.urls")),
    path("", include("huomiao.files.urls")),
    path("", include("huomiao.honours.urls")),
    path("", include("huomiao.notices.urls")),
    path("", include("huomiao.innovations.urls")),
    path("", include("huomiao.practice.urls")),
    path("", include("huomiao.newsdesk.urls")),
    path("", include("huomiao.stats.urls")),
]

handler403 = "huomiao.core.views.forbidden"
handler404 = "huomiao.core.views.not_found"
handler500 = "huomiao.core.views.server_error"
