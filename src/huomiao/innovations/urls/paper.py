from __future__ import annotations

from django.urls import URLPattern, path

from huomiao.innovations.views import paper

urlpatterns: list[URLPattern] = [
    path("declarations/<int:pk>/form.pdf", paper.form, name="form-pdf"),
    path("declarations/<int:pk>/sealed-form/", paper.sealed_form, name="paper-form"),
    path("summary-tables/<int:pk>/table.pdf", paper.summary, name="summary-pdf"),
    path("calls/<slug:slug>/paper/", paper.piles, name="paper"),
    path("scan-piles/<int:pk>/", paper.pile, name="paper-pile"),
    path("scan-piles/<int:pk>/read/", paper.pile_read, name="paper-pile-read"),
    path("scan-sheets/<int:pk>/picture.jpg", paper.sheet_picture, name="paper-sheet-picture"),
    path("scan-sheets/<int:pk>/assign/", paper.sheet_assign, name="paper-sheet-assign"),
    path("scan-sheets/<int:pk>/set-aside/", paper.sheet_set_aside, name="paper-sheet-set-aside"),
]
