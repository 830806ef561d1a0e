from __future__ import annotations

from django.urls import path
from django.views.decorators.gzip import gzip_page

from huomiao.practice.views import campaigns

urlpatterns = [
    path("practice/campaigns/", campaigns.campaigns, name="campaigns"),
    path("practice/campaigns/new/", campaigns.campaign_new, name="campaign-new"),
    # What the QR code of a poster opens, so it goes out compressed.
    path("practice/campaigns/<slug:slug>/", gzip_page(campaigns.campaign), name="campaign"),
    path("practice/campaigns/<slug:slug>/board/", campaigns.campaign_board, name="campaign-board"),
    path("practice/campaigns/<slug:slug>/edit/", campaigns.campaign_edit, name="campaign-edit"),
    path("practice/campaigns/<slug:slug>/publish/", campaigns.campaign_publish, name="campaign-publish"),
    path("practice/campaigns/<slug:slug>/end/", campaigns.campaign_end, name="campaign-end"),
    path("practice/campaigns/<slug:slug>/cancel/", campaigns.campaign_cancel, name="campaign-cancel"),
    path("practice/campaigns/<slug:slug>/copy/", campaigns.campaign_copy, name="campaign-copy"),
    path("practice/campaigns/<slug:slug>/poster/", campaigns.campaign_poster, name="campaign-poster"),
    path("practice/campaigns/<slug:slug>/poster.pdf", campaigns.campaign_poster_file, name="campaign-poster-file"),
    path("practice/campaigns/<slug:slug>/silent/", campaigns.campaign_silent, name="campaign-silent"),
    path("practice/campaigns/<slug:slug>/figures/", campaigns.campaign_figures, name="campaign-figures"),
    path("practice/campaigns/<slug:slug>/report.xlsx", campaigns.campaign_report_file, name="campaign-report"),
]
