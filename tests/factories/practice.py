"""Plain factories of banks. ``bank_with`` gives a bank that people can practise from at once."""

from __future__ import annotations

from datetime import UTC, datetime

import factory

from huomiao.practice.actions import questions as questions_actions
from huomiao.practice.actions import releases, reviewing
from huomiao.practice.actions.questions import Draft
from huomiao.practice.models import Bank, KeyReport, Question, Topic
from huomiao.practice.states import TopicKind, Use
from tests.factories.accounts import UserFactory
from tests.factories.orgs import OrganizationFactory

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class TopicFactory(factory.django.DjangoModelFactory):
    """A node of the knowledge tree; give ``parent`` to hang it below one."""

    class Meta:
        model = Topic

    code = factory.Sequence(lambda n: f"T{n:04d}")
    name = factory.Sequence(lambda n: f"工种{n}")
    kind = TopicKind.TRADE

    @classmethod
    def _create(cls, model_class, *args, parent=None, **kwargs):
        if parent is None:
            return model_class.objects.add_root(kwargs)
        return model_class.objects.add_child(Topic.objects.get(pk=parent.pk), kwargs)


class BankFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Bank

    owner = factory.SubFactory(OrganizationFactory)
    code = factory.Sequence(lambda n: f"bank-{n}")
    name = factory.Sequence(lambda n: f"第{n}题库")


# A question of each kind, told apart by its number.
CONTENTS = {
    "single": lambda n: (
        {"stem": f"第{n}题：下列哪一项正确？", "options": [{"text": f"{n}{letter}"} for letter in "甲乙丙丁"]},
        {"right": [n % 4]},
    ),
    "multiple": lambda n: (
        {"stem": f"第{n}题：下列哪些正确？", "options": [{"text": f"{n}{letter}"} for letter in "甲乙丙丁"]},
        {"right": [n % 4, (n + 1) % 4]},
    ),
    "true_false": lambda n: ({"stem": f"第{n}题：停电检修前应先验电。"}, {"right": n % 2 == 0}),
    "fill": lambda n: (
        {"stem": f"第{n}题：对地电压____伏。"},
        {"blanks": [{"accept": [f"{n}伏"], "number": float(n), "tolerance": 0.5, "unit": "V"}]},
    ),
    "ordering": lambda n: (
        {"stem": f"第{n}题：排出停电的先后。", "items": [{"text": text} for text in ("拉闸", "验电", "挂接地线")]},
        {"order": [0, 1, 2] if n % 2 else [2, 0, 1]},
    ),
    "matching": lambda n: (
        {
            "stem": f"第{n}题：连出各量的单位。",
            "left": [{"text": "电压"}, {"text": "电流"}],
            "right": [{"text": "安"}, {"text": "伏"}, {"text": "欧"}],
        },
        {"pairs": [1, 0]},
    ),
    "short": lambda n: (
        {"stem": f"第{n}题：简述触电急救的步骤。", "max_chars": 200},
        {"reference": f"先断电{n}", "points": [{"text": "断电", "points": 2}]},
    ),
}


def draft(n, *, kind="single", **values):
    """The ``n``th question of a kind, as ``actions.questions`` takes it."""
    body, key = CONTENTS[kind](n)
    return Draft(kind, body, key, **{"code": f"{kind}-{n}", "explanation": f"第{n}题的解析。", **values})


class QuestionFactory:
    """A question of a bank with its first version; ``is_published`` has it agreed to (no release is made)."""

    _number = 0

    def __new__(cls, bank=None, *, kind="single", is_published=False, by=None, at=AT, **values) -> Question:
        cls._number += 1
        bank = bank or BankFactory()
        saved = questions_actions.save_many(bank, [draft(cls._number, kind=kind, **values)], by=by, at=at)
        question = saved[0].question
        if is_published:
            publish_questions(bank, [question.pk], at=at)
        return Question.objects.select_related("bank__owner", "latest", "published").get(pk=question.pk)


def publish_questions(bank, questions, *, at=AT):
    """Have questions agreed to, by nobody in particular."""
    reviewing.submit(bank, questions, by=None, at=at)
    if bank.needs_review:
        reviewing.agree(bank, questions, by=None, at=at)


def bank_with(n, *, use=Use.BOTH, kind="single", owner=None, at=AT, **values) -> Bank:
    """A bank of ``n`` published questions of a kind, released; ``kind`` may list several, taken in turn."""
    bank = BankFactory(owner=owner or OrganizationFactory(), **values)
    kinds = (kind,) if isinstance(kind, str) else tuple(kind)
    drafts = [draft(number, kind=kinds[number % len(kinds)], use=use) for number in range(1, n + 1)]
    saved = questions_actions.save_many(bank, drafts, by=None, at=at)
    publish_questions(bank, [one.question.pk for one in saved], at=at)
    releases.publish(bank, by=None, at=at)
    return Bank.objects.select_related("owner", "trade", "current").get(pk=bank.pk)


class KeyReportFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = KeyReport

    by = factory.SubFactory(UserFactory)
    text = "答案与规程不符。"
    at = AT
