"""The models of practice and exams, one module per noun."""

from __future__ import annotations

from huomiao.practice.models.attempts import AnswerCheck, Attempt
from huomiao.practice.models.banks import (
    Bank,
    KeyReport,
    Question,
    QuestionFile,
    QuestionVersion,
    Release,
    Topic,
)
from huomiao.practice.models.campaigns import Campaign
from huomiao.practice.models.courses import Course, Enrolment, Section, SectionDone
from huomiao.practice.models.exams import (
    BlueprintLine,
    Candidate,
    Exam,
    ExamPaper,
    ItemMark,
    SavedAnswer,
    Signal,
    Sitting,
)
from huomiao.practice.models.play import Choice, Duel

__all__ = [
    "AnswerCheck",
    "Attempt",
    "Bank",
    "BlueprintLine",
    "Campaign",
    "Candidate",
    "Choice",
    "Course",
    "Duel",
    "Enrolment",
    "Exam",
    "ExamPaper",
    "ItemMark",
    "KeyReport",
    "Question",
    "QuestionFile",
    "QuestionVersion",
    "Release",
    "SavedAnswer",
    "Section",
    "SectionDone",
    "Signal",
    "Sitting",
    "Topic",
]
