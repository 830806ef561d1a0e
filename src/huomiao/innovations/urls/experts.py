from __future__ import annotations

from django.urls import URLPattern, path

from huomiao.innovations.views import experts as views

urlpatterns: list[URLPattern] = [
    path("experts/", views.pool, name="experts"),
    path("experts/new/", views.new, name="expert-new"),
    path("experts/table/", views.table, name="expert-table"),
    path("experts/table/template/", views.table_template, name="expert-table-template"),
    path("experts/relations/", views.my_relations, name="my-relations"),
    path("experts/relations/<int:pk>/remove/", views.relation_remove, name="relation-remove"),
    path("experts/<int:pk>/", views.expert, name="expert"),
    path("experts/<int:pk>/password/", views.password, name="expert-password"),
    path("experts/<int:pk>/relations/", views.relation_add, name="relation-add"),
]
