from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from huomiao.notices import views

app_name = "notices"

urlpatterns: list[URLPattern | URLResolver] = [
    path("notices/", views.notice_list, name="list"),
    path("notices/workdays/", views.workdays, name="workdays"),
    path("notices/workdays/<int:pk>/remove/", views.workday_remove, name="workday-remove"),
    path("notices/<int:pk>/", views.detail, name="detail"),
    path("notices/<int:pk>/list.json", views.list_text, name="list-text"),
    path("notices/items/<int:pk>/object/", views.object_, name="object"),
    path("objections/", views.objections, name="objections"),
    path("objections/receipt/", views.receipt, name="receipt"),
    path("objections/status/", views.status, name="status"),
    path("objections/<int:pk>/", views.objection, name="objection"),
    path("objections/<int:pk>/accept/", views.accept, name="accept"),
    path("objections/<int:pk>/keep/", views.keep, name="keep"),
    path("objections/<int:pk>/reveal/", views.reveal, name="reveal"),
    path("objections/<int:pk>/rule/", views.rule, name="rule"),
]
