"""The desk's classifier: taught with the examples that come with the project and with what editors have decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from django.db.models import F, QuerySet

from huomiao.newsdesk.models import Article, Classifier
from huomiao.newsdesk.pipeline.classify.examples import Example, standard
from huomiao.newsdesk.pipeline.classify.model import Guess, Model
from huomiao.newsdesk.pipeline.classify.training import train
from huomiao.newsdesk.queries.categories import by_name
from huomiao.newsdesk.states import Filing

# What editors decided last says most of how they file now.
MOST_DECISIONS = 5000
# An editor's decision is about a whole article of this desk, an example a line written for nobody.
WEIGHT = 2.0
# Teaching takes seconds, so it waits for so many decisions that are new.
ENOUGH_NEW = 50
REFILED_AT_ONCE = 2000
NO_IDEA = Guess("", 0.0, (), ())


def guess(title: str, text: str) -> Guess:
    """The category of an article, how sure that is, and why; its name is empty where the classifier does not know."""
    row = Classifier.objects.order_by("pk").only("pk", "made_at").first()
    return _loaded(row.pk, row.made_at.isoformat()).guess(title, text) if row else NO_IDEA


def teach() -> Classifier:
    """Teach the classifier anew; takes seconds. What it files from now on follows the editors."""
    rows = _decided().order_by("-pk").values_list("category__name", "title", "current__text")[:MOST_DECISIONS]
    decisions = [Example(name, text, title, WEIGHT) for name, title, text in rows]
    # The examples that come with the project know the categories by their first names.
    shelves = by_name()
    examples = [
        replace(one, category=shelves[one.category].name) if one.category in shelves else one for one in standard()
    ]
    kept = {"content": train([*examples, *decisions]).dumps(), "decisions": len(decisions)}
    made, _created = Classifier.objects.update_or_create(pk=1, defaults=kept)
    return made


def teach_when_due(_at: datetime) -> int:
    """Teach it where it was never taught or editors have decided much since, and file what had no shelf; returns how many."""
    row = Classifier.objects.order_by("pk").only("decisions").first()
    if row is not None and min(_decided().count(), MOST_DECISIONS) - row.decisions < ENOUGH_NEW:
        return 0
    teach()
    return file_unfiled()


def file_unfiled() -> int:
    """File the articles of which nobody has said where they belong, as far as the classifier knows; returns how many."""
    shelves = by_name()
    unfiled = Article.objects.filter(category=None, filed_by=Filing.NOBODY, current__isnull=False)
    done = 0
    for pk, title, text in unfiled.order_by("-pk").values_list("pk", "title", "current__text")[:REFILED_AT_ONCE]:
        found = guess(title, text)
        if found.category in shelves:
            done += Article.objects.filter(pk=pk, category=None).update(
                category=shelves[found.category],
                filed_by=Filing.CLASSIFIER,
                filing_sureness=found.confidence,
                revision=F("revision") + 1,
            )
    return done


def _decided() -> QuerySet[Article]:
    return Article.objects.filter(filed_by=Filing.EDITOR, category__isnull=False, current__isnull=False)


@lru_cache(maxsize=1)
def _loaded(pk: int, _made_at: str) -> Model:
    return Model.loads(bytes(Classifier.objects.get(pk=pk).content))
