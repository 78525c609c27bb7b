"""Install requirements into the virtual environment, whole or anew.

    python3 scripts/install.py .venv .venv/installed requirements.txt
    python3 scripts/install.py .venv .venv/installed-dev requirements-dev.txt

make runs it. The first form makes the environment anew, the second adds to it. What was done
is recorded last, in the file named second, with the place that it was done for: an install that
was interrupted is begun anew, as is an environment that was moved. Of two at once the second
waits and finds it done. In an environment that a link leads to nothing is installed; pip says
whether it has what is needed, and where it has that is recorded elsewhere.
"""

import sys

# Where Python was told not to look there by itself.
sys.path.insert(0, __file__.rpartition("/")[0])

import outcome

import argparse
import ast
import fcntl
import os
import re
import signal
import subprocess
from pathlib import Path

# Of pip's settings those that say where packages come from; the others can change what is
# installed, and where.
SOURCES = re.compile(
    "PIP_((EXTRA_)?INDEX_URL|NO_INDEX|FIND_LINKS|TRUSTED_HOST|PROXY|(CLIENT_)?CERT|RETRIES"
    "|(DEFAULT_)?TIMEOUT|KEYRING_PROVIDER|(NO_)?CACHE_DIR)"
)


def others() -> dict[str, str]:
    """Return the caller's environment without settings of pip and Python."""
    unset = ("PIP_", "PYTHON")
    return {name: text for name, text in os.environ.items() if not name.startswith(unset)}


def environment(python: Path) -> dict[str, str]:
    """Return the caller's environment with pip's sources as its only settings."""
    in_files = {name: text for name, text in os.environ.items() if name == "PIP_CONFIG_FILE"}
    command = [python, "-m", "pip", "config", "list"]
    listed = subprocess.check_output(command, env=others() | in_files, text=True)
    settings = {}
    for name, text in re.findall(r"^\w+\.([\w-]+)=(.*)$", listed, re.MULTILINE):
        settings[f"PIP_{name.upper().replace('-', '_')}"] = ast.literal_eval(text)
    settings |= {name: text for name, text in os.environ.items() if text}
    sources = {name: text for name, text in settings.items() if SOURCES.fullmatch(name)}
    return others() | sources | {"PIP_CONFIG_FILE": os.devnull}


def run(*command: object, **options: object) -> None:
    subprocess.run(
        command,
        check=True,
        **options,
        # Ctrl-C reaches it too; it is killed instead.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )


def is_done(folder: Path, record: Path, requirements: Path) -> bool:
    if not (record.exists() and (folder / "bin" / "python").exists()):
        return False
    is_newer = record.stat().st_mtime >= requirements.stat().st_mtime
    return is_newer and record.read_text() == str(folder.resolve())


def first_lack(folder: Path, requirements: Path) -> str:
    """Return why an environment has not what is required; nothing where it has."""
    python = folder / "bin" / "python"
    if not python.exists():
        return "it has no Python"
    options = ["--no-index", "--no-deps", "--dry-run", "--disable-pip-version-check"]
    command = [python, "-m", "pip", "install", *options, "-r", requirements]
    settings = others() | {"PIP_CONFIG_FILE": os.devnull}
    asked = subprocess.run(command, env=settings, capture_output=True, text=True)
    last_line = asked.stderr.strip().rpartition("\n")[2]
    return f"pip says: {last_line}" if asked.returncode else ""


def install(folder: Path, record: Path, requirements: Path) -> None:
    base, unfinished = record.with_name("installed"), record.with_name("unfinished")
    if record == base:
        run(sys.executable, "-m", "venv", "--clear", folder)
    else:
        # Without this record the next make begins anew.
        base.rename(unfinished)
    python = folder / "bin" / "python"
    options = ["--disable-pip-version-check", "-r", requirements]
    run(python, "-m", "pip", "install", *options, env=environment(python))
    if record != base:
        unfinished.rename(base)


def main() -> int:
    parser = argparse.ArgumentParser(description="Install into the virtual environment.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("record", type=Path)
    parser.add_argument("requirements", type=Path)
    arguments = parser.parse_args()
    folder, record, requirements = arguments.folder, arguments.record, arguments.requirements
    with Path("requirements.txt").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            if is_done(folder, record, requirements):
                return 0
            if not folder.is_symlink():
                install(folder, record, requirements)
            elif lack := first_lack(folder, requirements):
                where = f"{folder} is a link to {folder.resolve()}, which lacks what is needed here"
                remedy = f"install {requirements} there with pip, or delete the link"
                print(f"{where} ({lack}); {remedy}", file=sys.stderr)
                return 1
            record.parent.mkdir(exist_ok=True)
            record.write_text(str(folder.resolve()))
        except subprocess.CalledProcessError as error:
            return error.returncode
    return 0


if __name__ == "__main__":
    outcome.run(main)
