"""The addresses of practice and exams, one module per noun."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from huomiao.practice.urls import hotpath, play

app_name = "practice"

urlpatterns: list[URLPattern | URLResolver] = [*hotpath.urlpatterns, *play.urlpatterns]
