from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from huomiao.orgs import urls_activation
from huomiao.orgs.views import imports, organizations, people, roster, tree

app_name = "orgs"

_one = "organizations/<str:code>/"

urlpatterns: list[URLPattern | URLResolver] = [
    *urls_activation.urlpatterns,
    path("imports/<int:pk>/", imports.batch, name="import"),
    path("imports/<int:pk>/apply/", imports.apply, name="import-apply"),
    path("imports/<int:pk>/drop/", imports.drop, name="import-drop"),
    path("imports/<int:pk>/marked/", imports.marked, name="import-marked"),
    path("organizations/", tree.tree, name="tree"),
    path("organizations/suggest/", tree.suggest, name="suggest"),
    path("organizations/import/", imports.tree, name="tree-import"),
    path("organizations/import/template/", imports.tree_template, name="tree-template"),
    path("rosters/import/", imports.rosters_of_units, name="rosters-import"),
    path("rosters/import/template/", imports.roster_template, name="rosters-template"),
    path(_one, organizations.detail, name="detail"),
    path(f"{_one}children/", tree.children, name="children"),
    path(f"{_one}children/new/", organizations.create, name="create"),
    path(f"{_one}edit/", organizations.edit, name="edit"),
    path(f"{_one}rename/", organizations.rename, name="rename"),
    path(f"{_one}move/", organizations.move, name="move"),
    path(f"{_one}merge/", organizations.merge, name="merge"),
    path(f"{_one}close/", organizations.close, name="close"),
    path(f"{_one}reopen/", organizations.reopen, name="reopen"),
    path(f"{_one}people/", people.people, name="people"),
    path(f"{_one}people/grant/", people.grant, name="grant"),
    path(f"{_one}people/<int:pk>/end/", people.end, name="membership-end"),
    path(f"{_one}roster/", roster.roster, name="roster"),
    path(f"{_one}roster/add/", roster.add, name="roster-add"),
    path(f"{_one}roster/export/", roster.export, name="roster-export"),
    path(f"{_one}roster/import/", imports.roster, name="roster-import"),
    path(f"{_one}roster/template/", imports.roster_template, name="roster-template"),
    path(f"{_one}roster/<int:pk>/", roster.entry, name="roster-entry"),
    path(f"{_one}roster/<int:pk>/leave/", roster.leave, name="roster-leave"),
    path(f"{_one}roster/<int:pk>/return/", roster.come_back, name="roster-return"),
    path(f"{_one}roster/<int:pk>/phone/", roster.phone, name="roster-phone"),
]
