from __future__ import annotations

from django.urls import URLPattern, path

from huomiao.innovations.views import call_sections, calls

urlpatterns: list[URLPattern] = [
    path("calls/", calls.calls, name="calls"),
    path("calls/new/", calls.call_new, name="call-new"),
    path("calls/<slug:slug>/", calls.call, name="call"),
    path("calls/<slug:slug>/edit/", calls.call_edit, name="call-edit"),
    path("calls/<slug:slug>/advance/<slug:to>/", calls.call_advance, name="call-advance"),
    path("calls/<slug:slug>/quotas.xlsx", call_sections.call_quota_table, name="call-quota-table"),
    path("calls/<slug:slug>/quotas/import/", call_sections.call_quota_import, name="call-quota-import"),
    path("calls/<slug:slug>/edit/<slug:section>/", call_sections.call_section, name="call-section"),
    path("calls/<slug:slug>/rubrics/<int:pk>/", call_sections.call_rubric, name="call-rubric"),
    path("calls/<slug:slug>/rubrics/<int:pk>/remove/", call_sections.call_rubric_remove, name="call-rubric-remove"),
    path(
        "calls/<slug:slug>/attachments/<int:pk>/remove/",
        call_sections.call_attachment_remove,
        name="call-attachment-remove",
    ),
]
