"""The addresses of the pages about an exam that is over."""

from __future__ import annotations

from django.urls import reverse

BOARDS = (
    "exam-marking",
    "exam-disputed",
    "exam-locked",
    "exam-results",
    "exam-results-table",
    "exam-analysis",
    "exam-appeals",
    "exam-corrections",
    "exam-print",
    "exam-keying",
)


def address(name, exam, *args):
    return reverse(f"practice:{name}", args=[exam.slug, *args])
