from __future__ import annotations

from django.urls import path

from huomiao.newsdesk.views import sources, websub

urlpatterns = [
    path("news/crawler/", sources.crawler, name="crawler"),
    path("news/websub/<str:token>/", websub.callback, name="websub"),
    path("news/sources/", sources.board, name="sources"),
    path("news/sources/add/", sources.add, name="source-add"),
    path("news/sources/<int:pk>/", sources.source, name="source"),
    path("news/sources/<int:pk>/change/", sources.change, name="source-change"),
    path("news/sources/<int:pk>/names/", sources.names, name="source-names"),
    path("news/sources/<int:pk>/pause/", sources.pause, name="source-pause"),
    path("news/sources/<int:pk>/look/", sources.look, name="source-look"),
    path("news/sources/<int:pk>/retire/", sources.retire, name="source-retire"),
    path("news/sources/<int:pk>/resume/", sources.resume, name="source-resume"),
]
