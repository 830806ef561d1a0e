from __future__ import annotations

from django.urls import URLPattern, path

from huomiao.practice.views import candidates, exam_room, exam_watch, exams

urlpatterns: list[URLPattern] = [
    path("exams/", exam_room.exams, name="exams"),
    path("exams/kept/", exams.exams_kept, name="exams-kept"),
    path("exams/new/", exams.exam_new, name="exam-new"),
    path("exams/<slug:slug>/", exam_room.exam, name="exam"),
    path("exams/<slug:slug>/room/", exam_room.exam_room, name="exam-room"),
    path("exams/<slug:slug>/desk/", exams.exam_desk, name="exam-desk"),
    path("exams/<slug:slug>/edit/", exams.exam_edit, name="exam-edit"),
    path("exams/<slug:slug>/copy/", exams.exam_copy, name="exam-copy"),
    path("exams/<slug:slug>/blueprint/", exams.exam_blueprint, name="exam-blueprint"),
    path("exams/<slug:slug>/build/", exams.exam_build, name="exam-build"),
    path("exams/<slug:slug>/discard/", exams.exam_discard, name="exam-discard"),
    path("exams/<slug:slug>/papers/<int:number>/", exams.exam_paper, name="exam-paper"),
    path("exams/<slug:slug>/announce/", exams.exam_announce, name="exam-announce"),
    path("exams/<slug:slug>/cancel/", exams.exam_cancel, name="exam-cancel"),
    path("exams/<slug:slug>/candidates/", candidates.exam_candidates, name="exam-candidates"),
    path("exams/<slug:slug>/candidates.xlsx", candidates.exam_candidates_table, name="exam-candidates-table"),
    path("exams/<slug:slug>/candidates/draw/", candidates.exam_candidates_draw, name="exam-candidates-draw"),
    path("exams/<slug:slug>/candidates/import/", candidates.exam_candidates_import, name="exam-candidates-import"),
    path(
        "exams/<slug:slug>/candidates/template.xlsx",
        candidates.exam_candidates_template,
        name="exam-candidates-template",
    ),
    path("exams/<slug:slug>/candidates/<int:pk>/", candidates.exam_candidate, name="exam-candidate"),
    path(
        "exams/<slug:slug>/candidates/<int:pk>/remove/", candidates.exam_candidate_remove, name="exam-candidate-remove"
    ),
    path("exams/<slug:slug>/candidates/<int:pk>/ticket/", candidates.exam_ticket_again, name="exam-ticket-again"),
    path("exams/<slug:slug>/tickets/", candidates.exam_tickets, name="exam-tickets"),
    path("exams/<slug:slug>/watch/", exam_watch.exam_watch, name="exam-watch"),
    path("exams/<slug:slug>/sittings/<int:pk>/", exam_watch.exam_sitting, name="exam-sitting"),
    *[
        path(
            f"exams/<slug:slug>/sittings/<int:pk>/{verb}/",
            exam_watch.exam_sitting_act,
            {"verb": verb},
            name=f"exam-sitting-{verb}",
        )
        for verb in ("collect", "void", "reopen", "extend")
    ],
]
