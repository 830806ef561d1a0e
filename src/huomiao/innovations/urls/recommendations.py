from __future__ import annotations

from django.urls import URLPattern, path

from huomiao.innovations.views import checks, recommendations

urlpatterns: list[URLPattern] = [
    path("calls/<slug:slug>/desk/", recommendations.desk, name="desk"),
    path("calls/<slug:slug>/desk/decide/", recommendations.desk_decide, name="desk-decide"),
    path("declarations/<int:pk>/decide/", recommendations.decide, name="decide"),
    path("opinions/<int:pk>/undo/", recommendations.opinion_undo, name="opinion-undo"),
    path("calls/<slug:slug>/recommendations/", recommendations.progress, name="progress"),
    path("calls/<slug:slug>/recommendations/<str:code>/", recommendations.recommend, name="recommend"),
    path("calls/<slug:slug>/recommendations/<str:code>/sign/", recommendations.sign, name="recommend-sign"),
    path("calls/<slug:slug>/recommendations/<str:code>/scan/", recommendations.scan, name="recommend-scan"),
    path("calls/<slug:slug>/recommendations/<str:code>/reopen/", recommendations.reopen, name="recommend-reopen"),
    path("calls/<slug:slug>/recommendations/<str:code>/remind/", recommendations.remind, name="recommend-remind"),
    path("calls/<slug:slug>/check/", checks.check, name="check"),
    path("calls/<slug:slug>/check/pass/", checks.pass_many, name="check-pass"),
    path("declarations/<int:pk>/check/", checks.check_one, name="check-one"),
    path("declarations/<int:pk>/check/recall/", checks.check_recall, name="check-recall"),
    path("declarations/<int:pk>/check/undo/", checks.check_undo, name="check-undo"),
]
