"""What a file of questions would do to a bank: every question's fate, and the order in which options are kept.

Blanks never make a difference: the same question typed with and without a space before its unit is the same question.
A cell that a file leaves empty changes nothing that the bank knows already.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from huomiao.core.errors import Invalid
from huomiao.files import sniffing
from huomiao.files.cleaning import images
from huomiao.files.models import Kind as FileKind
from huomiao.files.models import StoredFile
from huomiao.practice.actions import topics as tree
from huomiao.practice.actions.topics import MOST_DEPTH
from huomiao.practice.formats import checking
from huomiao.practice.formats.draft import DraftQuestion, Finding, Media, option_place
from huomiao.practice.kinds import Body, Key
from huomiao.practice.kinds.parts import media_in
from huomiao.practice.models import Bank, Question, QuestionLabel, Topic
from huomiao.practice.states import RowFate, TopicKind, Use

if TYPE_CHECKING:
    from huomiao.accounts.models import User

CHOICES = frozenset({"single", "multiple"})
# So many choice questions are needed, and such a share of keys that are the first options, to see a pattern in them.
PATTERN_LEAST, PATTERN_SHARE = 20, 0.6
MOST_NEW_TOPICS = 2000
_BLANKS = re.compile(r"\s+")
_NAMES_LETTERS = re.compile(
    r"(?:选项?|答案|故)\s*[A-H]|(?<![A-Za-z])[A-H]\s*(?:项|选项|、[A-H]|(?:是)?(?:错|对|正确|不正确))"
)

# What stands for a file when two questions are compared: its bytes' digest, or its name where bytes cannot be compared.
Token = Callable[[str], str]
Progress = Callable[[int, int], None]


@dataclass
class Planned:
    """One question of the file and its fate."""

    draft: DraftQuestion
    fate: RowFate
    question_id: int | None = None
    # The bank's code of the question that it changes; "" gives a new question the next free one.
    code: str = ""


@dataclass
class Plan:
    """The fates of all questions, and what there is to say about the file as a whole."""

    rows: list[Planned]
    findings: list[Finding] = field(default_factory=list)
    new_topics: list[tuple[str, ...]] = field(default_factory=list)
    # The share of choice questions whose right options are the first ones; None where there are too few to say.
    first_share: float | None = None

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(row.fate for row in self.rows)
        return {fate.value: counted[fate] for fate in RowFate}

    @property
    def has_pattern(self) -> bool:
        return self.first_share is not None and self.first_share >= PATTERN_SHARE


@dataclass(slots=True)
class _Known:
    """A question of the bank, as it is compared."""

    pk: int
    code: str
    identity: str
    print: str
    media: str
    explanation: str
    facts: dict[str, Any]
    labels: frozenset[str]


def plan(bank: Bank, drafts: Sequence[DraftQuestion], media: Media, *, progress: Progress | None = None) -> Plan:
    """Each draft's fate in ``bank``. Drafts get further findings; those that repeat an earlier one lend it their labels."""
    topics = TopicPaths(bank)
    known = _known(bank)
    by_code = {question.code: question for question in known}
    by_identity: dict[str, _Known] = {}
    for question in known:
        by_identity.setdefault(question.identity, question)
    made = Plan([])
    token = _media_token(media)
    seen_codes: dict[str, Planned] = {}
    seen_identities: dict[str, Planned] = {}
    for number, draft in enumerate(drafts, 1):
        row = _planned(draft, by_code, by_identity, topics, token, seen_codes, seen_identities)
        made.rows.append(row)
        if progress is not None and number % 500 == 0:
            progress(number, len(drafts))
    # Labels that later copies lent: now it is known whether a question that looked unchanged gets new ones.
    for row in made.rows:
        if row.fate == RowFate.SAME and row.question_id is not None:
            mine = by_code.get(row.code)
            if mine is not None and not mine.labels.issuperset(row.draft.labels):
                row.fate = RowFate.CHANGED
    made.new_topics = _new_topics(made.rows, topics)
    made.first_share = _first_share(made.rows)
    _tell(made, bank)
    return made


def _planned(
    draft: DraftQuestion,
    by_code: dict[str, _Known],
    by_identity: dict[str, _Known],
    topics: TopicPaths,
    token: Token,
    seen_codes: dict[str, Planned],
    seen_identities: dict[str, Planned],
) -> Planned:
    if draft.topic and topics.find(draft.topic) is None and topics.is_too_deep(draft.topic):
        draft.blame("topic", _("知识点的层级太多，连同工种最多 %(most)s 层。") % {"most": MOST_DEPTH})
    if not draft.is_good:
        return Planned(draft, RowFate.ERROR)
    print_ = compared(draft.kind, draft.body, draft.key)
    pictures = _drafts_media(draft, token) if draft.media else ""
    identity = identified(draft.kind, draft.body) + pictures
    earlier = seen_codes.get(draft.code) if draft.code else None
    alike = seen_identities.get(identity)
    if earlier is not None or (alike is not None and not (draft.code and alike.draft.code)):
        return _repeated(draft, earlier if earlier is not None else alike, print_)
    question = by_code.get(draft.code) if draft.code else by_identity.get(identity)
    row = Planned(draft, RowFate.NEW, code=draft.code)
    seen_identities.setdefault(identity, row)
    if draft.code:
        seen_codes[draft.code] = row
        _compare_codes(draft, alike, by_identity.get(identity), print_)
    if question is None:
        return row
    row.question_id, row.code = question.pk, question.code
    has_changed = (
        print_ != question.print
        or (bool(pictures) and pictures != question.media)
        or (bool(draft.explanation) and _folded(draft.explanation) != question.explanation)
        or any(question.facts[name] != value for name, value in given_facts(draft, topics).items())
    )
    row.fate = RowFate.CHANGED if has_changed else RowFate.SAME
    return row


def _compare_codes(draft: DraftQuestion, alike: Planned | None, known: _Known | None, print_: str) -> None:
    """Two codes are two questions, whatever they read; but it is said when they read alike."""
    code = alike.draft.code if alike is not None else known.code if known is not None else draft.code
    if code == draft.code:
        return
    if alike is not None:
        has_same_key = compared(alike.draft.kind, alike.draft.body, alike.draft.key) == print_
    else:
        has_same_key = known is not None and known.print == print_
    message = (
        _("与编号 %(code)s 的题内容相同，编号不同，仍作为两道题导入。")
        if has_same_key
        else _("与编号 %(code)s 的题题目相同、答案不同，请核对。")
    )
    draft.note("code", message % {"code": code})


def _repeated(draft: DraftQuestion, earlier: Planned | None, print_: str) -> Planned:
    """A question that stands in the file already: a copy lends its labels, anything else is a contradiction."""
    if earlier is None:
        return Planned(draft, RowFate.NEW)
    first = earlier.draft
    where = (
        f"{first.sheet} " + _("第 %(line)s 行") % {"line": first.line}
        if first.sheet
        else _("第 %(line)s 行") % {"line": first.line}
    )
    if compared(first.kind, first.body, first.key) == print_:
        first.labels = tuple(dict.fromkeys([*first.labels, *draft.labels]))
        draft.note("stem", _("与%(where)s是同一道题，只导入一次。") % {"where": where})
        return Planned(draft, RowFate.DOUBLE, earlier.question_id)
    if draft.code and draft.code == first.code:
        draft.blame(
            "code", _("编号与%(where)s相同，内容却不同。请改正编号或内容。") % {"where": where}, value=draft.code
        )
    else:
        draft.blame("answer", _("与%(where)s题目相同，答案却不同。请核对后只保留一道。") % {"where": where})
    return Planned(draft, RowFate.ERROR)


def given_facts(draft: DraftQuestion, topics: TopicPaths) -> dict[str, Any]:
    """The facts that the file gives: what it leaves empty is not there."""
    facts: dict[str, Any] = {}
    if draft.use:
        facts["use"] = draft.use
    if draft.level:
        facts["level"] = draft.level
    if draft.difficulty is not None:
        facts["difficulty"] = draft.difficulty
    if draft.source:
        facts["source"] = draft.source
    if draft.topic:
        found = topics.find(draft.topic)
        facts["topic_id"] = found.pk if found is not None else draft.topic
    return facts


# --- Comparing ----------------------------------------------------------------------------------------------------


def compared(kind: str, body: Body, key: Key) -> str:
    """What makes two questions the same, key included; the order in which options are kept does not."""
    return json.dumps([kind, *_parts(body, key)], ensure_ascii=False)


def identified(kind: str, body: Body) -> str:
    """What makes two rows the same question, whatever is said to be right."""
    group = "choice" if kind in CHOICES else kind
    texts = [
        sorted(_folded(part["text"]) for part in body[name])
        for name in ("options", "items", "left", "right")
        if name in body
    ]
    return json.dumps([group, _folded(body.get("stem", "")), texts], ensure_ascii=False)


def _parts(body: Body, key: Key) -> list[Any]:
    stem = _folded(body.get("stem", ""))
    if "options" in body:
        right = set(key["right"])
        return [stem, sorted([_folded(option["text"]), index in right] for index, option in enumerate(body["options"]))]
    if "items" in body:
        return [stem, [_folded(body["items"][place]["text"]) for place in key["order"]]]
    if "left" in body:
        sides = [_folded(side["text"]) for side in body["right"]]
        pairs = zip(body["left"], key["pairs"], strict=True)
        return [stem, sorted([_folded(left["text"]), sides[place]] for left, place in pairs), sorted(sides)]
    return [stem, body.get("max_chars"), json.loads(_folded(json.dumps(key, ensure_ascii=False, sort_keys=True)))]


def _folded(text: str) -> str:
    return _BLANKS.sub("", text)


def _drafts_media(draft: DraftQuestion, token: Token) -> str:
    def medium(name: str) -> dict[str, str]:
        return {"file": token(name)}

    return _media_print(checking.with_media(draft, medium), checking.explanation_media(draft, medium))


def _media_print(body: Body, explanation: Any) -> str:
    """The pictures of a question; those of options by the option's text, for their order may differ."""
    options = sorted(
        [_folded(option["text"]), [medium["file"] for medium in media_in(option)]] for option in body.get("options", ())
    )
    stem = [medium["file"] for medium in body.get("media", ())]
    return json.dumps([stem, options, [medium["file"] for medium in media_in(explanation)]], ensure_ascii=False)


def _media_token(media: Media) -> Token:
    tokens: dict[str, str] = {}

    def token(name: str) -> str:
        if name not in tokens:
            tokens[name] = _digest_as_kept(media.read(name)) if name in media else name
        return tokens[name]

    return token


def _digest_as_kept(content: bytes) -> str:
    """The digest that a picture will have when it is stored, for storing cleans it."""
    try:
        found = sniffing.sniff(content[: sniffing.HEAD])
        if found.kind == FileKind.IMAGE:
            content = images.clean(content, found).content
    except Invalid:
        pass
    return hashlib.sha256(content).hexdigest()


def _known(bank: Bank) -> list[_Known]:
    rows = list(
        Question.objects.filter(bank=bank, latest__isnull=False).values_list(
            "pk", "code", "latest__kind", "latest__body", "latest__key", "latest__explanation", "latest__explanation_media",
            "use", "level", "difficulty", "source", "topic_id",
        )
    )  # fmt: skip
    labels: dict[int, set[str]] = {}
    for question, name in QuestionLabel.objects.filter(question__bank=bank).values_list("question_id", "name"):
        labels.setdefault(question, set()).add(name)
    digests = {
        str(pk): sha256
        for pk, sha256 in StoredFile.objects.filter(question_uses__question__bank=bank).values_list("pk", "sha256")
    }
    known = []
    for pk, code, kind, body, key, explanation, explanation_media, use, level, difficulty, source, topic in rows:
        shown, explained = _with_digests(body, digests), _with_digests(explanation_media, digests)
        pictures = _media_print(shown, explained) if any(True for _medium in media_in([shown, explained])) else ""
        known.append(
            _Known(
                pk, code, identified(kind, body) + pictures, compared(kind, body, key), pictures, _folded(explanation),
                {"use": use, "level": level, "difficulty": difficulty, "source": source, "topic_id": topic},
                frozenset(labels.get(pk, ())),
            )
        )  # fmt: skip
    return known


def _with_digests(content: Any, digests: dict[str, str]) -> Any:
    if isinstance(content, dict):
        if "file" in content:
            return {"file": digests.get(content["file"], content["file"])}
        return {name: _with_digests(value, digests) for name, value in content.items()}
    if isinstance(content, list):
        return [_with_digests(value, digests) for value in content]
    return content


# --- Topics -------------------------------------------------------------------------------------------------------


class TopicPaths:
    """The knowledge tree below the bank's trade, by path; topics elsewhere by their code."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.base = bank.trade or Topic.objects.filter(code=bank.code).first()
        self._by_path: dict[tuple[str, ...], Topic] = {}
        self._by_code = {topic.code: topic for topic in Topic.objects.all()}
        self._found: dict[tuple[str, ...], Topic | None] = {}
        below = [
            topic for topic in self._by_code.values() if self.base is not None and topic.path.startswith(self.base.path)
        ]
        names: dict[str, tuple[str, ...]] = {}
        for topic in sorted(below, key=lambda each: each.path):
            parent = names.get(topic.path[: -Topic.steplen], ())
            names[topic.path] = () if topic.pk == self.base.pk else (*parent, topic.name)  # type: ignore[union-attr]  # there are topics below it
            self._by_path.setdefault(names[topic.path], topic)

    def find(self, path: tuple[str, ...]) -> Topic | None:
        """The topic at ``path`` below the bank's trade (whose own name may lead it), or the one with this code."""
        if path not in self._found:
            self._found[path] = self._find(path)
        return self._found[path]

    def _find(self, path: tuple[str, ...]) -> Topic | None:
        if self.base is not None and path[0] == self.base.name:
            path = path[1:]
        if path in self._by_path:
            return self._by_path[path]
        return self._by_code.get(path[0]) if len(path) == 1 else None

    def create(self, path: tuple[str, ...], *, by: User | None) -> Topic:
        """The topic at ``path``, made with all above it that is missing, in the name of ``by``."""
        found = self.find(path)
        if found is not None:
            return found
        if self.base is None:
            self.base = tree.add(code=self.bank.code, name=self.bank.name, kind=TopicKind.TRADE, parent=None, by=by)
            self._by_path[()] = self.base
        if path[0] == self.base.name:
            path = path[1:]
        parent = self.create(path[:-1], by=by) if len(path) > 1 else self.base
        made = tree.add(code=self._code(path), name=path[-1], kind=self._kind(parent), parent=parent, by=by)
        self._by_path[path] = self._found[path] = made
        return made

    def is_too_deep(self, path: tuple[str, ...]) -> bool:
        """Whether the tree cannot grow as far as ``path`` leads."""
        return (self.base.depth if self.base is not None else 1) + len(path) > MOST_DEPTH

    def _kind(self, parent: Topic) -> TopicKind:
        """Below a trade or subject stand subjects, below a point only points."""
        return TopicKind.POINT if parent.kind == TopicKind.POINT else TopicKind.SUBJECT

    def _code(self, path: tuple[str, ...]) -> str:
        digest = hashlib.sha256("\n".join(path).encode()).hexdigest()[:10]
        return f"{self.bank.code[:29]}-{digest}"


def _new_topics(rows: Iterable[Planned], topics: TopicPaths) -> list[tuple[str, ...]]:
    wanted: dict[tuple[str, ...], None] = {}
    for row in rows:
        if row.fate in {RowFate.NEW, RowFate.CHANGED} and row.draft.topic and topics.find(row.draft.topic) is None:
            path = row.draft.topic
            for depth in range(1, len(path) + 1):
                if topics.find(path[:depth]) is None:
                    wanted[path[:depth]] = None
    return list(wanted)


# --- The order of options -----------------------------------------------------------------------------------------


def _first_share(rows: Iterable[Planned]) -> float | None:
    drafts = [
        row.draft for row in rows if row.draft.is_good and row.fate != RowFate.DOUBLE and row.draft.kind in CHOICES
    ]
    if len(drafts) < PATTERN_LEAST:
        return None
    first = [draft for draft in drafts if draft.key["right"] == list(range(len(draft.key["right"])))]
    return len(first) / len(drafts)


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


def _tell(made: Plan, bank: Bank) -> None:
    if made.has_pattern and made.first_share is not None:
        made.findings.append(
            Finding(
                _("选择题里有 %(share)d%% 的正确答案排在最前面几项。建议导入时打乱选项的存放顺序，免得从位置猜出答案。")
                % {"share": round(100 * made.first_share)},
                is_error=False,
            )
        )
        named = sum(
            bool(_NAMES_LETTERS.search(row.draft.explanation)) for row in made.rows if row.draft.kind in CHOICES
        )
        if named:
            made.findings.append(
                Finding(
                    _("有 %(count)s 道题的解析提到了选项字母，打乱顺序后字母对不上，请改写成文字。") % {"count": named},
                    is_error=False,
                )
            )
    if made.new_topics:
        names = "、".join(path[-1] for path in made.new_topics[:8])
        made.findings.append(
            Finding(
                _("将在知识点树里新建 %(count)s 个知识点：%(names)s%(more)s")
                % {"count": len(made.new_topics), "names": names, "more": "…" if len(made.new_topics) > 8 else ""},
                is_error=False,
            )
        )
    if len(made.new_topics) > MOST_NEW_TOPICS:
        made.findings.append(
            Finding(_("新的知识点超过 %(most)s 个。请检查知识点一列是否指定对了。") % {"most": MOST_NEW_TOPICS})
        )
    if not made.rows:
        made.findings.append(Finding(_("文件里没有读到试题。")))


DEFAULT_USE = Use.BOTH
