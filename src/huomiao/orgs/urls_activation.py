from __future__ import annotations

from django.urls import path

from huomiao.orgs.views import activation

urlpatterns = [
    path("activate/", activation.facts, name="activate"),
    path("activate/password/", activation.password, name="activate-password"),
]
