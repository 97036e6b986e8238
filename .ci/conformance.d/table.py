"""Runs checks and prints one line for each."""

import sys
import time
import traceback
from collections.abc import Callable


# Maximum characters of a finding in the table.
MAX_FOUND = 1000


class Skipped(Exception):
    """A check cannot run here; the text is the reason."""


def expect(name: str, found: object, wanted: object) -> None:
    """Fails the check if two values differ."""
    if found != wanted:
        raise AssertionError(f"{name}: found {found!r}, expected {wanted!r}")


def expect_that(name: str, holds: bool, found: object) -> None:
    """Fails the check if a condition does not hold."""
    if not holds:
        raise AssertionError(f"{name}: found {found!r}")


class Table:
    """The results so far. Checks that would start after a number of seconds are skipped."""

    def __init__(self, seconds: float) -> None:
        self.passed = self.failed = self.skipped = 0
        self.seconds, self.end = seconds, time.monotonic() + seconds
        print(f"{'check':<64} {'result':<8} {'seconds':>7}  found", flush=True)

    def check(self, name: str, run: Callable[[], str | None]) -> None:
        """Runs a check, which returns what it found, and prints its line."""
        started = time.monotonic()
        result, found, trace = "ok", "", ""
        try:
            if started > self.end:
                raise Skipped(f"the checks before it took {self.seconds:.0f} s")
            found = run() or ""
            self.passed += 1
        except Skipped as reason:
            result, found = "SKIPPED", str(reason)
            self.skipped += 1
        except AssertionError as error:
            result, found = "FAILED", str(error)
            self.failed += 1
        except Exception as error:
            result, found, trace = "FAILED", f"{type(error).__name__}: {error}", traceback.format_exc()
            self.failed += 1
        print(f"{name:<64} {result:<8} {time.monotonic() - started:>7.1f}  {found[:MAX_FOUND]}", flush=True)
        print(trace, end="", file=sys.stderr, flush=True)

    def finish(self) -> int:
        """Prints the totals and returns the exit code."""
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed else 0
