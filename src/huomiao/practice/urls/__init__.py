"""The addresses of practice and exams, one module per noun."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from huomiao.practice.urls import (
    banks,
    boards,
    campaigns,
    courses,
    exams,
    hotpath,
    imports,
    keying,
    marking,
    play,
    questions,
    reports,
    topics,
)

app_name = "practice"

urlpatterns: list[URLPattern | URLResolver] = [
    *banks.urlpatterns,
    *boards.urlpatterns,
    *campaigns.urlpatterns,
    *courses.urlpatterns,
    *exams.urlpatterns,
    *hotpath.urlpatterns,
    *imports.urlpatterns,
    *keying.urlpatterns,
    *marking.urlpatterns,
    *play.urlpatterns,
    *questions.urlpatterns,
    *reports.urlpatterns,
    *topics.urlpatterns,
]
