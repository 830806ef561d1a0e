from __future__ import annotations

from django.apps import AppConfig


class StudiosConfig(AppConfig):
    name = "huomiao.studios"
