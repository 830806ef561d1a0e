"""Where hubs come to: to ask whether a subscription was meant, and with what is new."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from huomiao.newsdesk import websub, websub_pushes

PLAIN = "text/plain; charset=utf-8"
GONE = 410
TOO_LARGE = 413
TAKEN = 202


@csrf_exempt  # a hub has no session: its pushes are signed, and the address is known to it alone
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest, token: str) -> HttpResponse:
    """The address of one subscription."""
    if request.method == "POST":
        return _pushed(request, token)
    said = websub.confirmed(token, request.GET, at=timezone.now())
    if said is None:
        raise Http404
    response = HttpResponse(said, content_type=PLAIN)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _pushed(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    row = websub_pushes.receiver(token, at=now)
    if row is None:
        # The standard's word for: stop.
        return HttpResponse(status=GONE)
    body = request.read(websub_pushes.MOST_BYTES + 1)
    if len(body) > websub_pushes.MOST_BYTES:
        return HttpResponse(status=TOO_LARGE)
    headers = request.headers
    websub_pushes.take(
        row,
        body,
        signature=headers.get("X-Hub-Signature", ""),
        content_type=headers.get("Content-Type", ""),
        content_encoding=headers.get("Content-Encoding", ""),
        at=now,
    )
    # Whoever signs wrongly is not told.
    return HttpResponse(status=TAKEN)
