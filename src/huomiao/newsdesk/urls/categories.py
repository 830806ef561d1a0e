from __future__ import annotations

from django.urls import path

from huomiao.newsdesk.views import categories

urlpatterns = [
    path("news/categories/", categories.board, name="categories"),
    path("news/categories/<slug:slug>/edit/", categories.edit, name="category-edit"),
    path("news/categories/<slug:slug>/change/", categories.change, name="category-change"),
    path("news/categories/<slug:slug>/move/", categories.move, name="category-move"),
    path("news/categories/<slug:slug>/retire/", categories.retire, name="category-retire"),
    path("news/categories/<slug:slug>/restore/", categories.restore, name="category-restore"),
    path("news/categories/<slug:slug>/rules/add/", categories.add_rule, name="category-rule-add"),
    path("news/filing-rules/<int:pk>/remove/", categories.drop_rule, name="category-rule-remove"),
]
