from __future__ import annotations

from django.urls import path

from huomiao.orgs.views import activation

_entry = "organizations/<str:code>/roster/<int:pk>/sign-in/"

urlpatterns = [
    path("activate/", activation.facts, name="activate"),
    path("activate/password/", activation.password, name="activate-password"),
    path(_entry, activation.help_sign_in, name="roster-sign-in"),
    path(f"{_entry}password/", activation.give_password, name="roster-sign-in-password"),
    path(f"{_entry}unlock/", activation.unlock, name="roster-sign-in-unlock"),
]
