from __future__ import annotations

from django.urls import path

from huomiao.newsdesk.views import removals

urlpatterns = [
    path("news/articles/<int:pk>/removal/", removals.ask, name="ask-removal"),
    path("news/removals/", removals.queue, name="removals"),
    path("news/removals/receipt/", removals.receipt, name="removal-receipt"),
    path("news/removals/status/", removals.status, name="removal-status"),
    path("news/removals/<int:pk>/", removals.removal, name="removal"),
    path("news/removals/<int:pk>/grant/", removals.grant, name="removal-grant"),
    path("news/removals/<int:pk>/refuse/", removals.refuse, name="removal-refuse"),
    path("news/removals/<int:pk>/lift/", removals.lift, name="removal-lift"),
]
