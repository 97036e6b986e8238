"""Finds the texts of the program itself among exported values.

A weak model copies sentences of its prompt, and the reasons why an earlier answer was rejected. None of them is an
answer.
"""

import json
import re

# Shorter sentences occur in answers by chance.
MIN_WORDS = 4


# The field of a row that was answered before.
REJECTED = "rejected"
# The form of a rejection in a prompt: a column and the rule that it broke.
CODE = re.compile(r"(?:[\w.\[\]]+:)?([a-z]+(?:_[a-z]+)+)\b")


def normal(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def own_texts(exchanges: list[dict]) -> set[str]:
    """Returns the sentences that the program wrote into the prompts of its calls."""
    texts: set[str] = set()
    for exchange in exchanges:
        body = json.loads(exchange["request"].get("body") or "{}")
        for message in body.get("messages", []):
            prose, rows = split(message["content"])
            texts.update(sentences(prose))
            texts.update(notes(rows))
    return {normal(text) for text in texts if len(normal(text).split()) >= MIN_WORDS}


def split(content: str) -> tuple[str, object]:
    """Splits a message into prose and the JSON of the rows at its end."""
    for match in re.finditer(r"[{\[]", content):
        try:
            return content[: match.start()], json.loads(content[match.start() :])
        except ValueError:
            continue
    return content, None


def sentences(prose: str) -> list[str]:
    return re.split(r"(?<=[.!?:;])\s+|\n", prose)


def notes(rows: object) -> list[str]:
    """Returns the texts beside the rows of a call, such as reasons of rejections."""
    entries = rows.values() if isinstance(rows, dict) else rows or []
    pairs = [pair for entry in entries if isinstance(entry, dict) for pair in entry.items()]
    return [value for name, value in pairs if name not in ("row", "id", "tag") and isinstance(value, str)]


def copied(values: list, exchanges: list[dict], reasons: list[str]) -> list[str]:
    """Returns the values that contain a text of the program, or are a part of one."""
    texts = own_texts(exchanges) | {normal(reason) for reason in reasons}
    codes = rejection_codes(exchanges)
    found = []
    for value in values:
        text = normal(value if isinstance(value, str) else json.dumps(value))
        is_part = len(text.split()) >= MIN_WORDS and any(text in own for own in texts)
        is_code = bool(codes) and (text == REJECTED or codes & set(text.split()))
        if is_part or is_code or any(own in text for own in texts):
            found.append(value)
    return found


def rejection_codes(exchanges: list[dict]) -> set[str]:
    """Returns the names of rules in the prompts, such as `max_words`, which are no words of a language."""
    codes: set[str] = set()
    for exchange in exchanges:
        body = json.loads(exchange["request"].get("body") or "{}")
        for message in body.get("messages", []):
            for note in notes(split(message["content"])[1]):
                codes.update(match[1] for match in CODE.finditer(note))
    return codes
