from __future__ import annotations

from django.urls import path

from huomiao.practice.views import topics as views

urlpatterns = [
    path("topics/", views.topics, name="topics"),
    path("topics/new/", views.topic_new, name="topic-new"),
    path("topics/<int:pk>/", views.topic, name="topic"),
    path("topics/<int:pk>/move/", views.topic_move, name="topic-move"),
    path("topics/<int:pk>/remove/", views.topic_remove, name="topic-remove"),
]
