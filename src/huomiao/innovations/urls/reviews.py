from __future__ import annotations

from django.urls import URLPattern, path

from huomiao.innovations.views import reviews, sheets

urlpatterns: list[URLPattern] = [
    path("calls/<slug:slug>/rounds/", reviews.rounds, name="rounds"),
    path("rounds/<int:pk>/", reviews.round_page, name="round"),
    path("rounds/<int:pk>/entries/", reviews.entries, name="round-entries"),
    path("rounds/<int:pk>/entries/<str:number>/", reviews.entry, name="round-entry"),
    path("rounds/<int:pk>/entries/<str:number>/redact/", reviews.redact, name="entry-redact"),
    path("rounds/<int:pk>/entries/<str:number>/give/", reviews.give, name="entry-give"),
    path("rounds/<int:pk>/assignment/", reviews.assignment, name="round-assignment"),
    path("rounds/<int:pk>/assign/", reviews.assign, name="round-assign"),
    path("rounds/<int:pk>/wish/", reviews.wish, name="round-wish"),
    path("rounds/<int:pk>/start/", reviews.start, name="round-start"),
    path("rounds/<int:pk>/recheck/", reviews.recheck, name="round-recheck"),
    path("rounds/<int:pk>/remind/", reviews.remind, name="round-remind"),
    path("rounds/<int:pk>/lock/", reviews.lock, name="round-lock"),
    path("rounds/<int:pk>/unlock/", reviews.unlock, name="round-unlock"),
    path("entry-files/<int:pk>/withhold/", reviews.withhold, name="file-withhold"),
    path("withheld/<int:pk>/let-through/", reviews.let_through, name="withheld-let-through"),
    path("withheld/<int:pk>/copy/", reviews.supply_copy, name="withheld-copy"),
    path("given/<int:pk>/swap/", reviews.swap, name="sheet-swap"),
    path("given/<int:pk>/reopen/", reviews.reopen, name="sheet-reopen"),
    path("sheets/", sheets.mine, name="sheets"),
    path("sheets/sign/", sheets.sign, name="sheets-sign"),
    path("sheets/<int:pk>/", sheets.sheet, name="sheet"),
    path("sheets/<int:pk>/save/", sheets.save, name="sheet-save"),
    path("sheets/<int:pk>/recuse/", sheets.recuse, name="sheet-recuse"),
]
