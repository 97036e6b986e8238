"""Runs the built program with a config, and reads what it wrote."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Maximum seconds of one run.
RUN_TIMEOUT = 900
KEY_VARIABLE = "CONFORMANCE_KEY"


@dataclass
class Result:
    """What a run left behind."""

    exit_code: int
    report: dict
    rows: list[dict]
    stderr: str
    exchanges: list[dict]

    def counts(self) -> str:
        """Returns the most important figures of the report."""
        rows, calls, reasons = self.report["rows"], self.report["calls"], self.report["failure_reasons"]
        failed = ", ".join(f"{count} {reason}" for reason, count in reasons.items())
        return (
            f"{rows['enriched']} enriched, {rows['failed']} failed{f' ({failed})' if failed else ''}, "
            f"{calls['total']} calls, {calls['retries']} retries"
        )

    def expect_exit(self, *codes: int) -> None:
        """Fails the check if the run ended with another exit code."""
        if self.exit_code not in codes:
            failures = self.report["failures"][:3]
            raise AssertionError(f"exit code {self.exit_code}, expected {codes}; {failures}\n{self.stderr}")

    def values(self, columns: dict) -> list:
        """Returns the exported values of the output columns, empty ones left out."""
        return [row[name] for row in self.rows for name in columns if row.get(name) not in (None, "")]


@dataclass
class Config:
    """A config over the sample data."""

    plugin: str
    settings: dict
    columns: dict
    rows_per_call: int = 1
    batch: dict = field(default_factory=dict)
    limits: dict = field(default_factory=dict)
    cache: str = "memory"
    key: str | None = None
    max_chars: int = 200
    instructions: str = "You sort the topics of a learning roadmap."

    def table(self) -> dict:
        key = {"api_key": {"env": KEY_VARIABLE}} if self.key else {}
        source = {"source": "directory", "path": str(ROOT / "config/sample"), "roadmap": "amateur-astronomy"}
        return {
            "scraper": {"plugin": "roadmap", "config": source},
            "cache": {"plugin": self.cache},
            "enrich": {
                "input": ["Topic", "Description"],
                "instructions": self.instructions,
                "max_chars": {"Description": self.max_chars},
                "output": self.columns,
            },
            "batch": {"max_rows": self.rows_per_call, **self.batch},
            # The model is weak on purpose.
            "limits": {"min_valid_share": 0.0},
            "providers": {
                "checked": {
                    "plugin": self.plugin,
                    "config": {**self.settings, **key},
                    "limits": self.limits,
                }
            },
        }


def toml(table: dict, path: tuple[str, ...] = ()) -> str:
    """Writes a table. JSON and TOML have the same text for the other values."""
    lines = [f"[{'.'.join(json.dumps(part) for part in path)}]"] if path else []
    lines += [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items() if not isinstance(value, dict)]
    lines += [toml(value, (*path, key)) for key, value in table.items() if isinstance(value, dict)]
    return "\n".join(lines)


@dataclass
class Run:
    """A started run."""

    process: subprocess.Popen
    folder: Path
    stderr: Path
    recordings: Path

    def exchange_count(self) -> int:
        """Returns the number of calls with a response or an error."""
        return len(list(self.recordings.glob("*.json")))

    def finish(self, timeout: float = RUN_TIMEOUT) -> Result:
        try:
            exit_code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the run did not end within {timeout} s; {self.stderr.read_text()}") from None
        stderr = self.stderr.read_text()
        report = self.folder / "report.json"
        if not report.exists():
            raise AssertionError(f"exit code {exit_code}, no report: {stderr}")
        exchanges = [json.loads(file.read_text()) for file in sorted(self.recordings.glob("*.json"))]
        rows = self.folder / "rows.jsonl"
        exported = [json.loads(line) for line in rows.read_text().splitlines()] if rows.exists() else []
        return Result(exit_code, json.loads(report.read_text()), exported, stderr, exchanges)


@dataclass
class Program:
    """The built program."""

    build: Path
    folder: Path
    runs: int = 0

    def start(self, config: Config, limit: int, folder: Path | None = None) -> Run:
        """Starts a run in a new folder, or again in the folder of an earlier run."""
        self.runs += 1
        folder = folder or self.folder / f"run-{self.runs}"
        folder.mkdir(exist_ok=True)
        (folder / "report.json").unlink(missing_ok=True)
        exporter = '[[exporters]]\nplugin = "jsonl"\n[exporters.config]\npath = "rows.jsonl"\n'
        (folder / "config.toml").write_text(f"{toml(config.table())}\n{exporter}")
        command = [self.build / "rowsmith", "run", "config.toml", f"--limit={limit}", "--progress=none"]
        recordings = folder / f"exchanges-{self.runs}"
        command += ["--report=report.json", f"--record={recordings}"]
        stderr = folder / f"stderr-{self.runs}.txt"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ROWSMITH_")}
        environment[KEY_VARIABLE] = config.key or ""
        with stderr.open("w") as output:
            process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        return Run(process, folder, stderr, recordings)

    def run(self, config: Config, limit: int, folder: Path | None = None) -> Result:
        """Runs to the end."""
        return self.start(config, limit, folder).finish()


def wait_until(condition, timeout: float, what: str) -> None:
    """Waits until a condition holds; fails the check after a time."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {timeout} s")
        time.sleep(0.05)
