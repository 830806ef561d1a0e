from __future__ import annotations

from django.urls import path

from huomiao.newsdesk.views import feeds, readers, search

urlpatterns = [
    path("news/search/", search.search, name="search"),
    path("news/feed.<slug:form>", feeds.found, name="feed"),
    path("news/categories/<slug:slug>/feed.<slug:form>", feeds.category, name="category-feed"),
    path("news/subscriptions/", readers.subscriptions, name="subscriptions"),
    path("news/subscriptions/add/", readers.subscribe, name="subscribe"),
    path("news/subscriptions/confirm/<str:token>/", readers.confirm_mailbox, name="confirm-mailbox"),
    path("news/subscriptions/stop/<str:token>/", readers.stop_digest, name="digest-stop"),
    path("news/subscriptions/shared/<str:token>/feed.<slug:form>", feeds.subscription, name="subscription-feed"),
    path("news/subscriptions/<int:pk>/", readers.subscription, name="subscription"),
    path("news/subscriptions/<int:pk>/change/", readers.change, name="subscription-change"),
    path("news/subscriptions/<int:pk>/remove/", readers.remove, name="subscription-remove"),
    path("news/articles/<int:pk>/watch/", readers.watch, name="watch"),
]
