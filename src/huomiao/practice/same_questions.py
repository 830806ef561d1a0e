"""When two questions are the same: blanks, the order of options and how a picture was named make no difference."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from huomiao.core.errors import Invalid
from huomiao.files import sniffing
from huomiao.files.cleaning import images
from huomiao.files.models import Kind as FileKind
from huomiao.files.models import StoredFile
from huomiao.practice.formats import checking
from huomiao.practice.formats.draft import DraftQuestion, Media
from huomiao.practice.kinds import Body, Key
from huomiao.practice.kinds.parts import media_in
from huomiao.practice.models import Bank, Question, QuestionLabel
from huomiao.practice.option_order import CHOICES

_BLANKS = re.compile(r"\s+")

# What stands for a file when two questions are compared: its bytes' digest, or its name where bytes cannot be compared.
Token = Callable[[str], str]


@dataclass(slots=True)
class Known:
    """A question of the bank, as it is compared."""

    pk: int
    code: str
    identity: str
    print: str
    media: str
    explanation: str
    facts: dict[str, Any]
    labels: frozenset[str]


def compared(kind: str, body: Body, key: Key) -> str:
    """What makes two questions the same, key included; the order in which options are kept does not."""
    return json.dumps([kind, *_parts(body, key)], ensure_ascii=False)


def identified(kind: str, body: Body) -> str:
    """What makes two rows the same question, whatever is said to be right."""
    group = "choice" if kind in CHOICES else kind
    texts = [
        sorted(folded(part["text"]) for part in body[name])
        for name in ("options", "items", "left", "right")
        if name in body
    ]
    return json.dumps([group, folded(body.get("stem", "")), texts], ensure_ascii=False)


def _parts(body: Body, key: Key) -> list[Any]:
    stem = folded(body.get("stem", ""))
    if "options" in body:
        right = set(key["right"])
        return [stem, sorted([folded(option["text"]), index in right] for index, option in enumerate(body["options"]))]
    if "items" in body:
        return [stem, [folded(body["items"][place]["text"]) for place in key["order"]]]
    if "left" in body:
        sides = [folded(side["text"]) for side in body["right"]]
        pairs = zip(body["left"], key["pairs"], strict=True)
        return [stem, sorted([folded(left["text"]), sides[place]] for left, place in pairs), sorted(sides)]
    return [stem, body.get("max_chars"), json.loads(folded(json.dumps(key, ensure_ascii=False, sort_keys=True)))]


def folded(text: str) -> str:
    """``text`` without its blanks."""
    return _BLANKS.sub("", text)


def drafts_media(draft: DraftQuestion, token: Token) -> str:
    """The pictures of a draft, as they are compared."""

    def medium(name: str) -> dict[str, str]:
        return {"file": token(name)}

    return _media_print(checking.with_media(draft, medium), checking.explanation_media(draft, medium))


def _media_print(body: Body, explanation: Any) -> str:
    """The pictures of a question; those of options by the option's text, for their order may differ."""
    options = sorted(
        [folded(option["text"]), [medium["file"] for medium in media_in(option)]] for option in body.get("options", ())
    )
    stem = [medium["file"] for medium in body.get("media", ())]
    return json.dumps([stem, options, [medium["file"] for medium in media_in(explanation)]], ensure_ascii=False)


def media_token(media: Media) -> Token:
    """Gives what stands for each file of ``media``, worked out once."""
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


def known_of(bank: Bank) -> list[Known]:
    """The bank's questions, as they are compared."""
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
            Known(
                pk, code, identified(kind, body) + pictures, compared(kind, body, key), pictures, folded(explanation),
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
