from __future__ import annotations

from django.urls import path

from huomiao.practice.views import banks, releases

urlpatterns = [
    path("banks/", banks.banks, name="banks"),
    path("banks/new/", banks.bank_new, name="bank-new"),
    path("banks/<slug:code>/", banks.bank, name="bank"),
    path("banks/<slug:code>/edit/", banks.bank_edit, name="bank-edit"),
    path("banks/<slug:code>/archive/", banks.bank_archive, name="bank-archive"),
    path("banks/<slug:code>/restore/", banks.bank_restore, name="bank-restore"),
    path("banks/<slug:code>/releases/", releases.bank_releases, name="bank-releases"),
    path("banks/<slug:code>/publish/", releases.bank_publish, name="bank-publish"),
]
