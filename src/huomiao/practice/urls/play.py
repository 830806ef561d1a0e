"""The addresses of the worker's pages."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.gzip import gzip_page

from huomiao.practice.views import duels, home, phone, plain, playing, records


def page(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    """A page that goes out compressed: a worker may have to fetch it from the edge of the network.

    Django pads compressed answers by chance and masks its tokens anew each time, so their length tells nothing.
    """
    return path(route, gzip_page(view), name=name)


urlpatterns = [
    page("practice/", home.start, "home"),
    page("practice/choice/", home.choice, "choice"),
    page("practice/drills/", home.drills, "drills"),
    page("practice/drills/go/", playing.drill, "drill"),
    page("practice/daily/<slug:code>/", playing.daily, "daily"),
    page("practice/challenge/<slug:code>/", playing.challenge, "challenge"),
    page("practice/sudden/<slug:code>/", playing.sudden, "sudden"),
    page("practice/mocks/", home.mocks, "mocks"),
    page("practice/mocks/<slug:code>/", playing.mock, "mock"),
    page("practice/levels/", home.level_path, "level-start"),
    page("practice/levels/<slug:code>/", home.level_path, "levels"),
    page("practice/levels/<slug:code>/<int:number>/", playing.level, "level"),
    page("practice/campaigns/<slug:slug>/go/", playing.campaign_challenge, "campaign-go"),
    page("practice/mistakes/", records.mistakes, "mistakes"),
    page("practice/mistakes/go/", playing.mistakes, "mistakes-drill"),
    page("practice/mistakes/<int:pk>/", records.mistake, "mistake"),
    page("practice/review/", playing.review, "review"),
    page("practice/duels/", duels.duels, "duels"),
    path("practice/duels/open/", duels.duel_open, name="duel-open"),
    page("practice/duels/<str:code>/", duels.duel, "duel"),
    path("practice/duels/<str:code>/join/", duels.duel_join, name="duel-join"),
    path("practice/duels/<str:code>/recorded/", duels.duel_recorded, name="duel-recorded"),
    path("practice/duels/<str:code>/state/", duels.duel_state, name="duel-state"),
    page("practice/history/", records.history, "history"),
    page("practice/history/<str:nonce>/", records.session, "session"),
    page("practice/receipts/<str:code>/", records.receipt, "receipt"),
    page("practice/receipts/<str:code>/session/", records.receipt_session, "receipt-session"),
    page("practice/plain/", plain.plain, "plain"),
    path("practice/media/<uuid:file_id>/", phone.media, name="media"),
    page("practice/handover/", phone.handover, "handover"),
    page("practice/offline/", phone.offline, "offline"),
    page("practice/sw.js", phone.service_worker, "service-worker"),
]
