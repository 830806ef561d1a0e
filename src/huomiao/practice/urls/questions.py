from __future__ import annotations

from django.urls import path

from huomiao.practice.views import question_edit, questions, statistics

urlpatterns = [
    path("banks/<slug:code>/questions/", questions.bank_questions, name="questions"),
    path("banks/<slug:code>/questions/new/", question_edit.question_new, name="question-new"),
    path("banks/<slug:code>/questions/act/", questions.bank_act, name="bank-act"),
    path("banks/<slug:code>/review/", questions.bank_review, name="bank-review"),
    path("banks/<slug:code>/alike/", questions.bank_alike, name="bank-alike"),
    path("banks/<slug:code>/statistics/", statistics.bank_statistics, name="bank-statistics"),
    path("questions/<int:pk>/", questions.question, name="question"),
    path("questions/<int:pk>/edit/", question_edit.question_edit, name="question-edit"),
    path("questions/<int:pk>/act/", questions.question_act, name="question-act"),
    path("questions/<int:pk>/versions/", questions.question_versions, name="question-versions"),
]
