"""Runs the program on a llama.cpp server with a small model, over rows of the sample data.

The model is weak: its texts are often wrong. The checks therefore use columns whose values the server's decoder
enforces, and count calls, outcomes and exit codes. Texts are checked for copies of the prompt.
"""

import re
import signal
import subprocess

from model_server import ModelServer, check_model
from own_text import copied
from program import ROOT, Config, Program, Result, wait_until
from table import Table, expect, expect_that

KEY = "right-key"
# Columns with few possible values: every answer under the schema is valid.
CHOICES = {
    "challenge": {"type": "string", "enum": ["practice", "expert"]},
    "outdoors": {"type": "boolean"},
}
TEXTS = {
    "tldr": {"type": "string", "max_words": 12, "max_length": 80},
    "challenge": {"type": "string", "enum": ["practice", "expert"]},
}
ALL_TYPES = TEXTS | {
    "outdoors": {"type": "boolean"},
    "hours": {"type": "integer", "min": 1, "max": 9},
    "share": {"type": "number", "min": 0, "max": 1, "optional": True},
    "tags": {"type": "array", "min_length": 1, "max_length": 2, "items": {"type": "string", "max_length": 20}},
    "place": {"type": "object", "properties": {"kind": {"type": "string", "enum": ["home", "field"]}}},
}


def run(program: Program, table: Table) -> None:
    table.check("llama.cpp: the model is the expected one", check_model)
    with ModelServer(key=KEY) as server:
        checks = Checks(program, server)
        table.check("llama.cpp: decoding under a schema", checks.schema)
        table.check("llama.cpp: a column of every type", checks.all_types)
        table.check("llama.cpp: texts in calls of several rows", checks.texts)
        table.check("llama.cpp: json_object", checks.json_object)
        table.check("llama.cpp: output cap that is too small", checks.small_cap)
        table.check("llama.cpp: wrong key", checks.wrong_key)
        table.check("llama.cpp: Ctrl-C, and a run that resumes", checks.ctrl_c)
    table.check("llama.cpp: commands of docs/local-models.md", lambda: documented(program))
    table.check("llama.cpp: context that is too small for all rows", lambda: small_context(program))
    table.check("llama.cpp: context that is too small for a row", lambda: tiny_context(program))
    table.check("llama.cpp: server that is still loading", lambda: loading(program))
    table.check("llama.cpp: server that is killed and started again", lambda: restarted(program))


def config(server: ModelServer, columns: dict, rows_per_call: int = 1, **settings: object) -> Config:
    service = {"base_url": server.base_url, "model": "smollm2", "temperature": 0.0, **settings}
    limits = {"max_concurrency": 1}
    return Config("openai", service, columns, rows_per_call, limits=limits, key=KEY)


def expect_sums(result: Result, rows: int) -> None:
    """Fails if rows are missing, or if an exported value is a text of the program."""
    counts = result.report["rows"]
    expect("rows", counts["cached"] + counts["enriched"] + counts["failed"] + counts["skipped"], rows)
    expect("exported rows", len(result.rows), rows)
    reasons = [failure["message"] for failure in result.report["failures"]]
    expect("copied values", copied(result.values(TEXTS), result.exchanges, reasons), [])


class Checks:
    """Checks that share a server."""

    def __init__(self, program: Program, server: ModelServer) -> None:
        self.program, self.server = program, server

    def schema(self) -> str:
        result = self.program.run(config(self.server, CHOICES), limit=5)
        result.expect_exit(0)
        expect_sums(result, 5)
        expect("calls", result.report["calls"]["total"], 5)
        expect("values", len(result.values(CHOICES)), 10)
        return result.counts()

    def all_types(self) -> str:
        result = self.program.run(config(self.server, ALL_TYPES, max_output_tokens=150), limit=2)
        result.expect_exit(0, 5)
        expect_sums(result, 2)
        # Without a grammar for the schema the server answers with an error, and the run leaves the schema out.
        formats = {re.search('"type":"json_[a-z]+"', each["request"]["body"])[0] for each in result.exchanges}
        expect("response formats", formats, {'"type":"json_schema"'})
        return result.counts()

    def texts(self) -> str:
        result = self.program.run(config(self.server, TEXTS, rows_per_call=2, max_output_tokens=120), limit=6)
        result.expect_exit(0, 5)
        expect_sums(result, 6)
        expect_that("calls", result.report["calls"]["total"] <= 15, result.counts())
        return result.counts()

    def json_object(self) -> str:
        settings = {"schema_mode": "json_object", "max_output_tokens": 100}
        result = self.program.run(config(self.server, CHOICES, **settings), limit=3)
        result.expect_exit(0, 5)
        expect_sums(result, 3)
        return result.counts()

    def small_cap(self) -> str:
        result = self.program.run(config(self.server, TEXTS, max_output_tokens=8), limit=3)
        result.expect_exit(5)
        expect_sums(result, 3)
        expect("reasons", result.report["failure_reasons"], {"cut_off": 3})
        expect_that("calls", result.report["calls"]["total"] <= 9, result.counts())
        return result.counts()

    def wrong_key(self) -> str:
        wrong = config(self.server, CHOICES)
        wrong.key = "wrong-key"
        result = self.program.run(wrong, limit=3)
        result.expect_exit(7)
        expect("calls", result.report["calls"]["total"], 1)
        expect_that("key in the output", "wrong-key" not in result.stderr, result.stderr)
        return result.counts()

    def ctrl_c(self) -> str:
        resumable = config(self.server, CHOICES)
        resumable.cache = "lmdb"
        run = self.program.start(resumable, limit=8)
        wait_until(lambda: run.exchange_count() >= 2, 120, "two calls are answered")
        run.process.send_signal(signal.SIGINT)
        stopped = run.finish()
        stopped.expect_exit(130)
        done = stopped.report["rows"]["enriched"]
        expect_that("rows before the signal", 2 <= done < 8, stopped.counts())
        resumed = self.program.run(resumable, limit=8, folder=run.folder)
        resumed.expect_exit(0)
        expect("cached rows", resumed.report["rows"]["cached"], done)
        expect("rows of the second run", resumed.report["rows"]["enriched"], 8 - done)
        return f"{done} rows before the signal, {8 - done} in the second run"


def documented(program: Program) -> str:
    page = (ROOT / "docs/local-models.md").read_text()
    section = page.split("\n## llama.cpp\n")[1].split("\n## ")[0]
    commands = {line for line in section.splitlines() if line.startswith("rowsmith ")}
    expect_that("commands", len(commands) > 0, section)
    folder = program.folder / "documented"
    folder.mkdir()
    (folder / "config").symlink_to(ROOT / "config")
    with ModelServer(context=8192) as server:
        for command in commands:
            words = command.replace("http://127.0.0.1:8080/v1", server.base_url).replace("--limit 20", "--limit 2").split()
            done = subprocess.run(
                [program.build / words[0], *words[1:]], cwd=folder, stderr=subprocess.PIPE, text=True, timeout=300
            )
            expect_that(f"exit code of {command}", done.returncode in (0, 5), done.stderr)
    expect_that("output", len(list(folder.glob("output/*"))) > 0, list(folder.iterdir()))
    return f"{len(commands)} commands"


def small_context(program: Program) -> str:
    with ModelServer(context=640) as server:
        result = program.run(config(server, CHOICES, rows_per_call=8), limit=8)
    result.expect_exit(0)
    expect_sums(result, 8)
    expect_that("calls", result.report["calls"]["total"] <= 10, result.counts())
    expect_that("learned sizes", len(result.report["learned"]) > 0, result.report["learned"])
    return result.counts()


def tiny_context(program: Program) -> str:
    with ModelServer(context=256) as server:
        long_prompt = config(server, CHOICES, rows_per_call=4)
        long_prompt.instructions = "You sort the topics of a learning roadmap. " * 40
        result = program.run(long_prompt, limit=8)
    result.expect_exit(5, 7)
    expect_that("calls", result.report["calls"]["total"] <= 16, result.counts())
    return f"exit code {result.exit_code}, {result.counts()}"


def loading(program: Program) -> str:
    server = ModelServer()
    run = program.start(config(server, CHOICES), limit=3)
    try:
        # The program finds no server at first, then one that reads its model.
        wait_until(lambda: run.exchange_count() >= 4, 30, "four calls are refused")
        server.start()
        result = run.finish()
    finally:
        server.kill()
    result.expect_exit(0)
    expect_sums(result, 3)
    statuses = [each["response"]["status"] for each in result.exchanges if each.get("response")]
    return f"{result.counts()}; answers: {statuses}"


def restarted(program: Program) -> str:
    with ModelServer() as server:
        run = program.start(config(server, CHOICES), limit=8)
        wait_until(lambda: run.exchange_count() >= 2, 120, "two calls are answered")
        server.kill()
        server.start()
        result = run.finish()
    result.expect_exit(0)
    expect_sums(result, 8)
    expect_that("retries", result.report["calls"]["retries"] >= 1, result.counts())
    return result.counts()
