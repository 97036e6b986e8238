"""A provider in Python that answers each row with simple rules instead of a model.

The answer depends on the longest text of the row. A column with `enum` gets the value whose words occur most often in it
(option `words`: value = [words]); a string gets the first sentence, up to `max_words`; a number gets the number of words.
Replace `answer_row` to call your own model.
"""

import json
import sys


def send(**line):
    """Writes one line and flushes it."""
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
# The identity is part of the cache key: increase it when the rules above change.
send(ready=1, model="rules-1", identity=1, is_language_model=False)

for line in sys.stdin:
    question = json.loads(line)
    task = question["complete"]
    answer = {}
    for key, item in task["rows"].items():
        answer[key] = answer_row(item["row"], task["rules"], words)
        if "tag" in item:
            answer[key]["tag"] = item["tag"]
    send(id=question["id"], answer=answer)
