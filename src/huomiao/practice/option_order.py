"""The order in which the options of a question are kept: whether it gives keys away, and drawing another."""

from __future__ import annotations

import random
from collections.abc import Iterable

from django.utils.crypto import salted_hmac

from huomiao.practice.formats.draft import DraftQuestion, option_place

CHOICES = frozenset({"single", "multiple"})
# So many choice questions are needed, and such a share of keys that are the first options, to see a pattern in them.
PATTERN_LEAST, PATTERN_SHARE = 20, 0.6


def first_share(drafts: Iterable[DraftQuestion]) -> float | None:
    """The share of choice questions whose right options are the first ones; None where there are too few to say."""
    choices = [draft for draft in drafts if draft.kind in CHOICES]
    if len(choices) < PATTERN_LEAST:
        return None
    first = [draft for draft in choices if draft.key["right"] == list(range(len(draft.key["right"])))]
    return len(first) / len(choices)


def mixed(draft: DraftQuestion, seed: str, *, with_options: bool) -> DraftQuestion:
    """``draft`` with its options kept in a drawn order, so that a place says nothing about the key.

    Items of an order and right sides of a match are always mixed: files list them as they belong.
    """
    drawn = random.Random(salted_hmac("practice.import.order", seed).hexdigest())  # noqa: S311 - the hmac is the secret
    body, key = dict(draft.body), dict(draft.key)
    media = draft.media
    if "options" in body and with_options:
        order = _drawn(drawn, len(body["options"]))
        body["options"] = [body["options"][place] for place in order]
        key["right"] = sorted(order.index(place) for place in key["right"])
        media = {place: names for place, names in media.items() if not place.startswith("option.")}
        media |= {
            option_place(new): draft.media[option_place(old)]
            for new, old in enumerate(order)
            if option_place(old) in draft.media
        }
    elif "items" in body:
        order = _drawn(drawn, len(body["items"]))
        body["items"] = [body["items"][place] for place in order]
        key["order"] = [order.index(place) for place in key["order"]]
    elif "left" in body:
        order = _drawn(drawn, len(body["right"]))
        body["right"] = [body["right"][place] for place in order]
        key["pairs"] = [order.index(place) for place in key["pairs"]]
    return DraftQuestion(**{**vars(draft), "body": body, "key": key, "media": media})


def _drawn(drawn: random.Random, count: int) -> list[int]:
    order = list(range(count))
    drawn.shuffle(order)
    return order
