from __future__ import annotations

from django.urls import URLPattern, path

from huomiao.innovations.views import tables

urlpatterns: list[URLPattern] = [
    path("calls/<slug:slug>/summary-tables/", tables.import_new, name="import-new"),
    path("calls/<slug:slug>/summary-tables/template/", tables.template, name="import-template"),
    path("calls/<slug:slug>/declarations/table/", tables.declarations_table, name="summary-export"),
    path("calls/<slug:slug>/recommendations/<str:code>/table/", tables.summary_table, name="recommend-table"),
    path("import-batches/<int:pk>/", tables.batch, name="import"),
    path("import-batches/<int:pk>/confirm/", tables.confirm, name="import-confirm"),
    path("import-batches/<int:pk>/drop/", tables.drop, name="import-drop"),
    path("import-batches/<int:pk>/annotated/", tables.annotated, name="import-annotated"),
]
