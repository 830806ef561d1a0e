from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from huomiao.core import views

app_name = "core"

urlpatterns = [
    path("display/", views.display, name="display"),
    path("language/", set_language, name="language"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("robots.txt", views.robots, name="robots"),
    path("healthz", views.healthz, name="healthz"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("styleguide/errors/<slug:name>/", views.styleguide_error, name="styleguide-error"),
]
