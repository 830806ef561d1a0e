"""What runs in processes of its own for the tests of the real server: the server, and what it serves.

python -m tests.practice.served load       prepare the site, make a bank and people, print them as JSON
python -m tests.practice.served serve PORT WORKERS
python -m tests.practice.served attempts   print what is stored as JSON
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huomiao.settings")

PASSWORD = "huomiao-served-1"
PEOPLE = 24
QUESTIONS = 40


def load() -> None:
    from django.contrib.auth.hashers import make_password
    from django.contrib.sessions.backends.db import SessionStore

    from huomiao.accounts.models import User
    from huomiao.core import serving
    from huomiao.practice import plans
    from huomiao.practice.hotpath import identity
    from huomiao.practice.states import Feedback, Mode
    from tests.factories.practice import bank_with

    serving.prepare()
    bank = bank_with(QUESTIONS)
    password, people = make_password(PASSWORD), []
    for number in range(PEOPLE):
        user = User.objects.create(username=f"w{number}", name=f"职工{number}", password=password)
        session = SessionStore()
        session["_auth_user_id"] = str(user.pk)
        session["_auth_user_backend"] = "huomiao.accounts.backends.NameOrPhoneBackend"
        session["_auth_user_hash"] = user.get_session_auth_hash()
        session.create()
        plan = plans.Plan(
            user_id=user.pk,
            release_id=bank.current_id,
            mode=Mode.DRILL,
            count=10,
            feedback=Feedback.EACH if number % 2 else Feedback.END,
            expires_at=datetime.now(UTC) + plans.LIFE,
        )
        people.append(
            {
                "user": user.pk,
                "username": user.username,
                "session": f"sessionid={session.session_key}",
                "practice": f"practice={identity.issue(user.pk, session.session_key or '', now=time.time())}",
                "plan": plans.sign(plan),
            }
        )
    sys.stdout.write(json.dumps(people))


def attempts() -> None:
    from huomiao.practice.models import Attempt

    rows = Attempt.objects.order_by("pk").values_list("nonce", "user_id", "right", "answers")
    sys.stdout.write(json.dumps([list(row) for row in rows]))


def serve(port: int, workers: int) -> None:
    from huomiao.core import serving

    serving.server("127.0.0.1", port, workers=workers).serve()


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command != "serve":
        import django

        django.setup()
    {"load": load, "attempts": attempts, "serve": serve}[command](*map(int, arguments))
