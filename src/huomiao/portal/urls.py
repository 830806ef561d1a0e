from __future__ import annotations

from django.urls import path

from huomiao.portal import views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("tasks/", views.tasks, name="tasks"),
    path("help/", views.guide, name="help"),
    path("help/roles/", views.roles, name="help-roles"),
    path("privacy/", views.privacy, name="privacy"),
]
