"""On which shelf an article belongs, unless an editor has said so for this one: what a rule says, its source's, the page's own,
or what the classifier says."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q

from huomiao.newsdesk import classifying
from huomiao.newsdesk.models import Article, Category, FilingRule, Source
from huomiao.newsdesk.queries import categories
from huomiao.newsdesk.states import Filing, RulePlace


@dataclass(frozen=True)
class Filed:
    """A category, who says so, and how sure that is (None where nothing was guessed)."""

    category: Category | None
    by: Filing
    sureness: float | None = None


def file(source: Source, *, url: str, said: str, title: str, text: str) -> Filed:
    """Where an article of ``source`` at ``url`` belongs that calls its own category ``said``."""
    for rule in categories.filing_rules():
        if applies(rule, url=url, said=said, title=title):
            return Filed(rule.category, Filing.RULE)
    if source.category is not None:
        return Filed(source.category, Filing.SOURCE)
    shelves = categories.by_name()
    if said.strip() in shelves:
        return Filed(shelves[said.strip()], Filing.PAGE)
    guess = classifying.guess(title, text)
    if guess.category in shelves:
        return Filed(shelves[guess.category], Filing.CLASSIFIER, guess.confidence)
    return Filed(None, Filing.NOBODY)


def applies(rule: FilingRule, *, url: str, said: str, title: str) -> bool:
    """Whether ``rule`` is about such an article; capitals do not matter."""
    words = rule.words.casefold()
    if rule.place == RulePlace.SAID:
        return said.strip().casefold() == words
    return words in (title if rule.place == RulePlace.TITLE else url).casefold()


def file_by(rule: FilingRule) -> int:
    """File what the desk has already by ``rule``, but for what an editor or an earlier rule has filed; returns how many."""
    wanted = {
        RulePlace.TITLE: Q(title__icontains=rule.words),
        RulePlace.ADDRESS: Q(url__icontains=rule.words),
        RulePlace.SAID: Q(current__category_said__iexact=rule.words),
    }[RulePlace(rule.place)]
    found = Article.objects.filter(wanted).exclude(filed_by__in=[Filing.EDITOR, Filing.RULE])
    return Article.objects.filter(pk__in=found.values("pk")).update(
        category=rule.category, filed_by=Filing.RULE, filing_sureness=None, revision=F("revision") + 1
    )
