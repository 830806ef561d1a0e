"""The addresses of marking, results, appeals, corrections and analysis."""

from __future__ import annotations

from django.urls import path

from huomiao.practice.views import appeals, corrections, mark_sheets, marking, my_results, results

urlpatterns = [
    path("exams/<slug:slug>/marking/", marking.board, name="exam-marking"),
    path("exams/<slug:slug>/marking/run/", marking.run, name="exam-marking-run"),
    path("exams/<slug:slug>/marking/begin/", marking.begin, name="exam-marking-begin"),
    path("exams/<slug:slug>/marking/rules/", marking.set_rules, name="exam-marking-rules"),
    path("exams/<slug:slug>/marking/markers/", marking.markers_add, name="exam-markers-add"),
    path("exams/<slug:slug>/marking/markers/<int:pk>/remove/", marking.marker_remove, name="exam-marker-remove"),
    path("exams/<slug:slug>/marking/spread/", marking.spread, name="exam-marking-spread"),
    path("exams/<slug:slug>/marking/finish/", marking.finish, name="exam-marking-finish"),
    path("exams/<slug:slug>/marking/reopen/", marking.reopen, name="exam-marking-reopen"),
    path("exams/<slug:slug>/marking/disputed/", marking.disputed, name="exam-disputed"),
    path("exams/<slug:slug>/marking/locked/", marking.locked, name="exam-locked"),
    path("exams/<slug:slug>/marking/locked/<int:pk>/give-back/", marking.give_back, name="exam-give-back"),
    path("exams/<slug:slug>/results/", results.results, name="exam-results"),
    path("exams/<slug:slug>/results/table.xlsx", results.table, name="exam-results-table"),
    path("exams/<slug:slug>/results/check/", results.check, name="exam-results-check"),
    path("exams/<slug:slug>/results/release/", results.release, name="exam-results-release"),
    path("exams/<slug:slug>/results/<int:pk>/", results.result, name="exam-result"),
    path("exams/<slug:slug>/results/<int:pk>/judge/", results.judge, name="exam-judge"),
    path("exams/<slug:slug>/analysis/", results.analysis, name="exam-analysis"),
    path("exams/<slug:slug>/analysis/refresh/", results.analysis_refresh, name="exam-analysis-refresh"),
    path("exams/<slug:slug>/appeals/", appeals.appeals, name="exam-appeals"),
    path("exams/<slug:slug>/appeals/<int:pk>/", appeals.appeal, name="exam-appeal"),
    path("exams/<slug:slug>/corrections/", corrections.corrections, name="exam-corrections"),
    path("exams/<slug:slug>/corrections/new/<int:version>/", corrections.new, name="exam-correction-new"),
    path("exams/<slug:slug>/corrections/<int:pk>/", corrections.correction, name="exam-correction"),
    path("exams/<slug:slug>/corrections/<int:pk>/apply/", corrections.apply, name="exam-correction-apply"),
    path("exams/<slug:slug>/corrections/<int:pk>/drop/", corrections.drop, name="exam-correction-drop"),
    path("exams/<slug:slug>/corrections/<int:pk>/run/", corrections.run, name="exam-correction-run"),
    path("exam-results/", my_results.mine, name="my-results"),
    path("exam-results/<int:pk>/", my_results.result, name="my-result"),
    path("exam-results/<int:pk>/appeal/", my_results.appeal, name="my-appeal"),
    path("mark-sheets/", mark_sheets.mine, name="mark-exams"),
    path("mark-sheets/<int:pk>/", mark_sheets.sheet, name="mark-sheet"),
    path("mark-sheets/<int:pk>/save/", mark_sheets.save, name="mark-sheet-save"),
    path("mark-sheets/of/<slug:slug>/", mark_sheets.sheets, name="mark-sheets"),
    path("mark-sheets/of/<slug:slug>/lock/", mark_sheets.lock, name="mark-sheets-lock"),
]
