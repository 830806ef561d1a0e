from __future__ import annotations

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from huomiao.innovations.states import Step
from huomiao.innovations.views import declarations, drafts


class StepConverter(StringConverter):
    regex = "|".join(Step.values)


register_converter(StepConverter, "step")

urlpatterns: list[URLPattern] = [
    path("calls/<slug:slug>/declare/", drafts.declare, name="declare"),
    path("calls/<slug:slug>/which-category/", drafts.which_category, name="which-category"),
    path("declarations/", declarations.declarations, name="declarations"),
    path("declarations/mine/", declarations.mine, name="mine"),
    path("declarations/table.xlsx", declarations.declarations_table, name="declarations-table"),
    path("declarations/<int:pk>/", declarations.declaration, name="declaration"),
    path("declarations/<int:pk>/edit/", drafts.declaration_edit, name="declaration-edit"),
    path("declarations/<int:pk>/edit/<step:step>/", drafts.declaration_step, name="declaration-step"),
    path("declarations/<int:pk>/choose-category/", drafts.choose_category, name="choose-category"),
    path("declarations/<int:pk>/attachments/", drafts.attachments, name="attachments"),
    path("declarations/<int:pk>/attachments/<int:paper>/", drafts.attachment, name="attachment"),
    path("declarations/<int:pk>/attachments/<int:paper>/remove/", drafts.attachment_remove, name="attachment-remove"),
    path("declarations/<int:pk>/withdraw/", declarations.declaration_withdraw, name="declaration-withdraw"),
    path("declarations/<int:pk>/reopen/", declarations.declaration_reopen, name="declaration-reopen"),
    path("declarations/<int:pk>/discard/", drafts.declaration_discard, name="declaration-discard"),
    path("declarations/<int:pk>/copy/", drafts.declaration_copy, name="declaration-copy"),
    path("declarations/<int:pk>/authors/<int:author>/", declarations.author_review, name="author-review"),
    path("declarations/<int:pk>/authors/<int:author>/confirm/", declarations.author_confirm, name="author-confirm"),
    path(
        "declarations/<int:pk>/likenesses/<int:like>/", declarations.declaration_likeness, name="declaration-likeness"
    ),
    path("declarations/<int:pk>/likenesses/<int:like>/clear/", declarations.likeness_clear, name="likeness-clear"),
]
