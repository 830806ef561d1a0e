"""The addresses of courses: those who learn first, then those who teach."""

from __future__ import annotations

from django.urls import URLPattern, path

from huomiao.practice.views import courses, courses_kept

urlpatterns: list[URLPattern] = [
    path("courses/", courses.courses, name="courses"),
    path("courses/kept/", courses_kept.courses_kept, name="courses-kept"),
    path("courses/new/", courses_kept.course_new, name="course-new"),
    path("courses/<slug:slug>/", courses.course, name="course"),
    path("courses/<slug:slug>/begin/", courses.begin, name="course-begin"),
    path("courses/<slug:slug>/edit/", courses_kept.course_edit, name="course-edit"),
    path("courses/<slug:slug>/outline/", courses_kept.outline, name="course-outline"),
    path("courses/<slug:slug>/publish/", courses_kept.course_publish, name="course-publish"),
    path("courses/<slug:slug>/close/", courses_kept.course_close, name="course-close"),
    path("courses/<slug:slug>/remove/", courses_kept.course_remove, name="course-remove"),
    path("courses/<slug:slug>/learners/", courses_kept.learners, name="course-learners"),
    path("courses/<slug:slug>/learners/table/", courses_kept.learners_table, name="course-learners-table"),
    path("courses/<slug:slug>/sections/new/<str:kind>/", courses_kept.section_new, name="course-section-new"),
    path("courses/<slug:slug>/sections/<int:pk>/", courses.section, name="course-section"),
    path("courses/<slug:slug>/sections/<int:pk>/finish/", courses.finish, name="course-section-finish"),
    path("courses/<slug:slug>/sections/<int:pk>/drill/", courses.drill, name="course-drill"),
    path("courses/<slug:slug>/sections/<int:pk>/edit/", courses_kept.section_edit, name="course-section-edit"),
    path("courses/<slug:slug>/sections/<int:pk>/move/", courses_kept.section_move, name="course-section-move"),
    path("courses/<slug:slug>/sections/<int:pk>/remove/", courses_kept.section_remove, name="course-section-remove"),
]
