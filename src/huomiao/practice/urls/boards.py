from __future__ import annotations

from django.urls import path

from huomiao.practice.views import boards

urlpatterns = [
    path("practice/boards/", boards.boards, name="boards"),
    path("practice/boards/naming/", boards.board_naming, name="board-naming"),
    path("practice/points/", boards.mine, name="points"),
    path("practice/signals/", boards.signals, name="signals"),
]
