"""The two servers that ``benchmarks.drills`` measures; run as ``python -m benchmarks.drill_servers KIND PORT WORKERS``.

``site`` is the site as ``huomiao serve`` serves it (``core.serving.server``), with two more addresses that do nothing: no cookie,
no JSON, no database. ``ordinary`` is the same job as people write it in Django, on the same server's WSGI side:
a database session, the ORM, one insert.
"""

# ruff: noqa: E402 - Django is set up before what needs it
from __future__ import annotations

import json
import os
import secrets
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huomiao.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

_wsgi = get_wsgi_application()

from django.contrib.auth.decorators import login_required
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from huomiao.asgi import application as site
from huomiao.core import serving
from huomiao.practice.hotpath import app
from huomiao.practice.kinds import KINDS
from huomiao.practice.models import Attempt, QuestionVersion, Release

THREADS = 8
COMPACT = {"ensure_ascii": False, "separators": (",", ":")}


# As long as the paper and the graded reply of ten questions of the benchmark's bank.
PAPER, REPLY = b"x" * 3700, b"x" * 3000


async def with_nothing(scope: Any, receive: Any, send: Any) -> None:
    """The site, and handlers that do nothing: what the server and the interpreter cost by themselves."""
    path = scope["path"] if scope["type"] == "http" else ""
    if path == "/nothing":
        body = PAPER
        if scope["method"] == "POST":
            while (await receive()).get("more_body"):
                pass
            body = REPLY
        headers = [*app.HEADERS, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
    elif path == "/empty":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})
    else:
        await site(scope, receive, send)


# --- The ordinary way ---------------------------------------------------------------------------------------------


@login_required
def paper(request: HttpRequest) -> JsonResponse:
    """Ten questions at random, kept in the session."""
    release = Release.objects.select_related("bank").get(pk=request.GET["release"])
    chosen = secrets.SystemRandom().sample(release.version_ids, 10)
    versions = QuestionVersion.objects.in_bulk(chosen)
    orders = {}
    questions = []
    for pk in chosen:
        version = versions[pk]
        kind = KINDS[version.kind]
        places = kind.places(version.body)
        orders[str(pk)] = secrets.SystemRandom().sample(range(places), places)
        questions.append({"id": pk, "kind": version.kind, **kind.shown(version.body, orders[str(pk)])})
    request.session["paper"] = {"release": release.pk, "orders": orders, "at": timezone.now().isoformat()}
    return JsonResponse({"questions": questions}, json_dumps_params=COMPACT)


@csrf_exempt  # which spares it the work
@login_required
def submit(request: HttpRequest) -> JsonResponse:
    """Grade what the session says was asked, insert, forget it."""
    given = json.loads(request.body)["answers"]
    asked = request.session.pop("paper")
    versions = QuestionVersion.objects.in_bulk([int(pk) for pk in asked["orders"]])
    marked, items = [], []
    for (pk, order), sent in zip(asked["orders"].items(), given, strict=True):
        version = versions[int(pk)]
        kind = KINDS[version.kind]
        answer = kind.read(version.body, sent, order)
        grade = kind.grade(version.body, version.key, answer)
        marked.append([version.pk, answer, grade.fraction])
        items.append(
            {
                "right": grade.is_right,
                "fraction": grade.fraction,
                "solution": kind.solution(version.body, version.key, order),
                "explanation": version.explanation,
            }
        )
    right = sum(item["right"] for item in items)
    Attempt.objects.create(
        nonce=secrets.token_urlsafe(18),
        user_id=request.user.pk,
        release_id=asked["release"],
        mode="drill",
        started_at=asked["at"],
        finished_at=timezone.now(),
        total=len(items),
        right=right,
        answers=marked,
    )
    reply = {"right": right, "total": len(items), "items": items}
    return JsonResponse(reply, json_dumps_params=COMPACT)


urlpatterns = [path("ordinary/paper", paper), path("ordinary/submit", submit)]


def ordinary(environ: Any, start_response: Any) -> Any:
    settings.ROOT_URLCONF = __name__
    return _wsgi(environ, start_response)


def main(kind: str, port: int, workers: int) -> None:
    if kind == "site":
        server = serving.server("127.0.0.1", port, workers=workers, target="benchmarks.drill_servers:with_nothing")
    else:
        server = Granian(
            "benchmarks.drill_servers:ordinary",
            address="127.0.0.1",
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            log_level=LogLevels.error,
        )
    server.serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
