from __future__ import annotations

from django.urls import path

from huomiao.newsdesk.views import editing, mentions

urlpatterns = [
    path("news/articles/<int:pk>/edit/", editing.edit, name="edit"),
    path("news/articles/<int:pk>/file/", editing.file, name="file"),
    path("news/articles/<int:pk>/correct/", editing.correct, name="correct"),
    path("news/articles/<int:pk>/take-down/", editing.take_down, name="take-down"),
    path("news/articles/<int:pk>/bring-back/", editing.bring_back, name="bring-back"),
    path("news/mentions/", mentions.queue, name="mentions"),
    path("news/mentions/<int:pk>/", mentions.subject, name="mentioned"),
    path("news/mentions/<int:pk>/confirm/", mentions.confirm, name="mention-confirm"),
    path("news/mentions/<int:pk>/strike/", mentions.strike, name="mention-strike"),
]
