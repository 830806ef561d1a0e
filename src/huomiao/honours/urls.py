from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from huomiao.honours import views

app_name = "honours"

urlpatterns: list[URLPattern | URLResolver] = [
    path("honours/", views.register, name="list"),
    path("honours/mine/", views.mine, name="mine"),
    path("honours/certificates.zip", views.bundle, name="certificates"),
    path("honours/<int:pk>/certificate.pdf", views.certificate, name="certificate"),
    path("honours/<int:pk>/revoking/", views.revoke_form, name="revoke-form"),
    path("honours/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("verify/", views.verify_form, name="verify-form"),
    path("verify/<str:code>/", views.verify, name="verify"),
]
