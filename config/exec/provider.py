"""A provider in Python that answers row by row, by simple rules instead of a model.

The longest text of a row decides. A column with `enum` gets the value with the most of its words in it (option `words`:
value = [words]); a text gets the first sentence, as far as `max_words` allows; a number gets the count of words.
`answer_row` is the place for a model of your own.
"""

import json
import sys


def say(**line):
    """Writes one line and sees to it that it leaves at once."""
    print(json.dumps(line), flush=True)


def answer_column(rule, text, words):
    if "enum" in rule:
        counts = {value: sum(text.lower().count(word) for word in words.get(value, [value])) for value in rule["enum"]}
        return max(counts, key=counts.get)
    if rule["type"] in ("integer", "number"):
        return len(text.split())
    sentence = text.split(". ")[0].rstrip(".").split()
    return " ".join(sentence[: rule.get("max_words")]) or "nothing"


def answer_row(row, rules, words):
    text = max((str(value) for value in row.values() if value is not None), key=len, default="")
    return {name: answer_column(rule, text, words) for name, rule in rules.items()}


sys.stdin.reconfigure(encoding="utf-8")
hello = json.loads(sys.stdin.readline())
words = hello["config"].get("words", {})
# The identity is part of the key of every kept answer: raise it when the rules above change.
say(ready=1, model="rules-1", identity=1, is_language_model=False)

for line in sys.stdin:
    question = json.loads(line)
    task = question["complete"]
    answer = {}
    for key, item in task["rows"].items():
        answer[key] = answer_row(item["row"], task["rules"], words)
        if "tag" in item:
            answer[key]["tag"] = item["tag"]
    say(id=question["id"], answer=answer)
