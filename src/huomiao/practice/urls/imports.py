from __future__ import annotations

from django.urls import path

from huomiao.practice.views import exports, imports

urlpatterns = [
    path("banks/<slug:code>/import/", imports.import_new, name="import-new"),
    path("banks/<slug:code>/import/template/", imports.import_template, name="import-template"),
    path("banks/<slug:code>/export/", exports.export, name="export"),
    path("banks/imports/<int:pk>/", imports.import_page, name="import"),
    path("banks/imports/<int:pk>/columns/", imports.import_columns, name="import-columns"),
    path("banks/imports/<int:pk>/confirm/", imports.import_confirm, name="import-confirm"),
    path("banks/imports/<int:pk>/drop/", imports.import_drop, name="import-drop"),
    path("banks/imports/<int:pk>/resume/", imports.import_resume, name="import-resume"),
    path("banks/imports/<int:pk>/marked/", imports.import_marked, name="import-marked"),
    path("banks/imports/<int:pk>/report/", imports.import_report, name="import-report"),
]
