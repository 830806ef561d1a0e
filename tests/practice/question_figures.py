"""Sums of a question's tally, as so many answers would have left them."""

from __future__ import annotations


def tally(*, shown, right, options, answered=None, correlation=0.0):
    """Sums of a tally in which the rest of a session has mean 0.6 and spread 0.2."""
    answered = shown if answered is None else answered
    share = right / answered if answered else 0
    spread = (share * (1 - share)) ** 0.5 * 1000
    return {
        "shown": shown,
        "answered": answered,
        "right": right,
        "options": options,
        "pairs": answered,
        "sum_score": right * 1000,
        "sum_score_squared": right * 10**6,
        "sum_rest": answered * 600,
        "sum_rest_squared": answered * (600**2 + 200**2),
        "sum_product": round(answered * (share * 1000 * 600 + correlation * spread * 200)),
    }
