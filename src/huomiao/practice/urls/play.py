"""The addresses of the worker's pages."""

from __future__ import annotations

from django.urls import path

from huomiao.practice.views import duels, home, phone, plain, playing, records

urlpatterns = [
    path("practice/", home.start, name="home"),
    path("practice/choice/", home.choice, name="choice"),
    path("practice/drills/", home.drills, name="drills"),
    path("practice/drills/go/", playing.drill, name="drill"),
    path("practice/daily/<slug:code>/", playing.daily, name="daily"),
    path("practice/challenge/<slug:code>/", playing.challenge, name="challenge"),
    path("practice/sudden/<slug:code>/", playing.sudden, name="sudden"),
    path("practice/mocks/", home.mocks, name="mocks"),
    path("practice/mocks/<slug:code>/", playing.mock, name="mock"),
    path("practice/levels/", home.level_path, name="level-start"),
    path("practice/levels/<slug:code>/", home.level_path, name="levels"),
    path("practice/levels/<slug:code>/<int:number>/", playing.level, name="level"),
    path("practice/campaigns/<slug:slug>/go/", playing.campaign_challenge, name="campaign-go"),
    path("practice/mistakes/", records.mistakes, name="mistakes"),
    path("practice/mistakes/go/", playing.mistakes, name="mistakes-drill"),
    path("practice/mistakes/<int:pk>/", records.mistake, name="mistake"),
    path("practice/review/", playing.review, name="review"),
    path("practice/duels/", duels.duels, name="duels"),
    path("practice/duels/open/", duels.duel_open, name="duel-open"),
    path("practice/duels/<str:code>/", duels.duel, name="duel"),
    path("practice/duels/<str:code>/join/", duels.duel_join, name="duel-join"),
    path("practice/duels/<str:code>/recorded/", duels.duel_recorded, name="duel-recorded"),
    path("practice/duels/<str:code>/state/", duels.duel_state, name="duel-state"),
    path("practice/history/", records.history, name="history"),
    path("practice/history/<str:nonce>/", records.session, name="session"),
    path("practice/receipts/<str:code>/", records.receipt, name="receipt"),
    path("practice/receipts/<str:code>/session/", records.receipt_session, name="receipt-session"),
    path("practice/plain/", plain.plain, name="plain"),
    path("practice/media/<uuid:file_id>/", phone.media, name="media"),
    path("practice/handover/", phone.handover, name="handover"),
    path("practice/offline/", phone.offline, name="offline"),
    path("practice/sw.js", phone.service_worker, name="service-worker"),
]
