from __future__ import annotations

from django.urls import path

from huomiao.practice.views import reports as views

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/mine/", views.my_reports, name="my-reports"),
    path("reports/<int:pk>/", views.report, name="report"),
    path("reports/new/<int:version>/", views.report_new, name="report-new"),
]
