from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from huomiao.files import views

app_name = "files"

urlpatterns: list[URLPattern | URLResolver] = [
    path("files/<str:token>/", views.serve, name="serve"),
    path("files/<str:token>/look/", views.look, name="look"),
]
