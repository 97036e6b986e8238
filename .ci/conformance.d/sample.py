"""Measures the model over all rows of the sample data, with batch sizes that are learned and without.

Prints a table in Markdown for docs/local-models.md.
"""

from model_server import ModelServer
from own_text import copied
from program import Config, Program, Result
from table import Table, expect

ROWS = 166
COLUMNS = {
    "tldr": {
        "type": "string",
        "max_words": 12,
        "max_length": 70,
        "description": "crisp summary, no punctuation at the end",
    },
    "challenge": {"type": "string", "enum": ["practice", "expert"]},
}
INSTRUCTIONS = """You are an experienced amateur astronomer who judges the topics of a learning roadmap.
Write for a beginner who decides what to learn next."""
# Name, and the table [batch] beside max_rows = 20.
VARIANTS = [("learned sizes", {}), ("`adapt = false`", {"adapt": False})]


def run(program: Program, table: Table) -> None:
    measured: list[str] = []
    for name, batch in VARIANTS:
        table.check(f"sample: {name}", lambda n=name, b=batch: measure(program, n, b, measured))
    print("\n| | enriched | failed | calls | input tokens | output tokens | seconds |\n|---|---|---|---|---|---|---|")
    print("\n".join(measured))


def measure(program: Program, name: str, batch: dict, measured: list[str]) -> str:
    with ModelServer(context=8192) as server:
        settings = {"base_url": server.base_url, "model": "smollm2", "temperature": 0.2, "seed": 7}
        config = Config("openai", settings, COLUMNS, 20, batch=batch, instructions=INSTRUCTIONS, max_chars=150)
        result = program.start(config, ROWS).finish(timeout=3 * 3600)
    measured.append(line(name, result))
    result.expect_exit(0, 5)
    expect("exported rows", len(result.rows), ROWS)
    reasons = [failure["message"] for failure in result.report["failures"]]
    expect("copied values", copied(result.values(COLUMNS), result.exchanges, reasons), [])
    return result.counts()


def line(name: str, result: Result) -> str:
    report = result.report
    rows, calls, tokens = report["rows"], report["calls"], report["tokens"]
    cells = [rows["enriched"], rows["failed"], calls["total"], tokens["input"], tokens["output"]]
    return f"| {name} | {' | '.join(map(str, cells))} | {report['seconds']['total']:.0f} |"
