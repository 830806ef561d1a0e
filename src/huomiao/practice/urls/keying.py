"""The addresses of exams on paper: printing and keying."""

from __future__ import annotations

from django.urls import path

from huomiao.practice.views import keying

urlpatterns = [
    path("exams/<slug:slug>/print/", keying.printing_page, name="exam-print"),
    path(
        "exams/<slug:slug>/print/<int:number>/<slug:letter>/<slug:what>.pdf",
        keying.printed_file,
        name="exam-print-file",
    ),
    path("exams/<slug:slug>/keying/", keying.board, name="exam-keying"),
    path("exams/<slug:slug>/keying/who/", keying.who, name="exam-keying-who"),
    path("exams/<slug:slug>/keying/keyers/", keying.keyers_add, name="exam-keyers-add"),
    path("exams/<slug:slug>/keying/keyers/<int:pk>/remove/", keying.keyer_remove, name="exam-keyer-remove"),
    path("exams/<slug:slug>/keying/sheets/<int:pk>/", keying.settle, name="exam-keying-settle"),
    path("exams/<slug:slug>/keying/<int:number>/<slug:letter>/", keying.sheet, name="exam-keying-sheet"),
]
