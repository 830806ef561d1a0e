from __future__ import annotations

from django.urls import path

from huomiao.newsdesk.views import articles, reading

urlpatterns = [
    path("news/", reading.front, name="front"),
    path("news/categories/<slug:slug>/", reading.category, name="category"),
    path("news/articles/<int:pk>/", articles.detail, name="article"),
    path("news/articles/<int:pk>/versions/", articles.versions, name="versions"),
    path("news/articles/<int:pk>/evidence/", articles.evidence, name="evidence"),
]
