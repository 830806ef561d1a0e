"""The models of the news desk, one module per noun."""

from __future__ import annotations

from huomiao.newsdesk.models.articles import Article, Correction, Picture, Version
from huomiao.newsdesk.models.captures import Capture
from huomiao.newsdesk.models.hubs import HubSubscription
from huomiao.newsdesk.models.readers import Digest, Subscription, Watch
from huomiao.newsdesk.models.relations import Anchor, Chain, Copy, Keyword, Lexicon, Mention
from huomiao.newsdesk.models.removals import Proof, Removal
from huomiao.newsdesk.models.sources import LONGEST_ADDRESS, Address, Category, Classifier, FilingRule, Rest, Source

__all__ = [
    "LONGEST_ADDRESS",
    "Address",
    "Anchor",
    "Article",
    "Capture",
    "Category",
    "Chain",
    "Classifier",
    "Copy",
    "Correction",
    "Digest",
    "FilingRule",
    "HubSubscription",
    "Keyword",
    "Lexicon",
    "Mention",
    "Picture",
    "Proof",
    "Removal",
    "Rest",
    "Source",
    "Subscription",
    "Version",
    "Watch",
]
