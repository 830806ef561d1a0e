from __future__ import annotations

from django.urls import path

from huomiao.stats import views

app_name = "stats"

urlpatterns = [
    path("figures/", views.index, name="index"),
    path("figures/<slug:slug>/", views.dashboard, name="dashboard"),
    path("figures/<slug:slug>/records/", views.records, name="records"),
    path("figures/<slug:slug>/records.xlsx", views.records_table, name="records-table"),
    path("figures/<slug:slug>/bulletin/", views.bulletin, name="bulletin"),
    path("figures/<slug:slug>/bulletin.<str:form>", views.bulletin_file, name="bulletin-file"),
]
