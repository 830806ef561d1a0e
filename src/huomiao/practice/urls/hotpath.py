"""The addresses of the hot path, for where Django is asked."""

from __future__ import annotations

from django.urls import path

from huomiao.practice.hotpath.app import PREFIX
from huomiao.practice.hotpath.calls import ROUTES
from huomiao.practice.views import hotpath

urlpatterns = [path(address.removeprefix("/"), hotpath.answer, name=address.removeprefix(PREFIX)) for address in ROUTES]
