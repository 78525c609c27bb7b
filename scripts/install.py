"""Install requirements into the virtual environment, whole or anew.

    python3 scripts/install.py .venv/installed requirements.txt
    python3 scripts/install.py .venv/installed-dev requirements-dev.txt

make runs it. The first form makes the environment anew, the second adds to it. What was done
is recorded last, in the file named first, with the place that it was done for: an install that
was interrupted is begun anew, as is an environment that was moved. Of two at once the second
waits and finds it done.
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


def environment(python: Path) -> dict[str, str]:
    """Return the caller's environment with pip's sources as its only settings."""
    unset = ("PIP_", "PYTHON")
    others = {name: text for name, text in os.environ.items() if not name.startswith(unset)}
    in_files = {name: text for name, text in os.environ.items() if name == "PIP_CONFIG_FILE"}
    command = [python, "-m", "pip", "config", "list"]
    listed = subprocess.check_output(command, env=others | in_files, text=True)
    settings = {}
    for name, text in re.findall(r"^\w+\.([\w-]+)=(.*)$", listed, re.MULTILINE):
        settings[f"PIP_{name.upper().replace('-', '_')}"] = ast.literal_eval(text)
    settings |= {name: text for name, text in os.environ.items() if text}
    sources = {name: text for name, text in settings.items() if SOURCES.fullmatch(name)}
    return others | sources | {"PIP_CONFIG_FILE": os.devnull}


def run(*command: object, **options: object) -> None:
    subprocess.run(
        command,
        check=True,
        **options,
        # Ctrl-C reaches it too; it is killed instead.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )


def is_done(record: Path, requirements: Path) -> bool:
    if not (record.exists() and (record.parent / "bin" / "python").exists()):
        return False
    is_newer = record.stat().st_mtime >= requirements.stat().st_mtime
    return is_newer and record.read_text() == str(record.parent.resolve())


def install(record: Path, requirements: Path) -> None:
    folder, base = record.parent, record.with_name("installed")
    unfinished = record.with_name("unfinished")
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
    record.write_text(str(folder.resolve()))


def main() -> int:
    parser = argparse.ArgumentParser(description="Install into the virtual environment.")
    parser.add_argument("record", type=Path)
    parser.add_argument("requirements", type=Path)
    arguments = parser.parse_args()
    record, requirements = arguments.record, arguments.requirements
    folder = record.parent
    with Path("requirements.txt").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            if is_done(record, requirements):
                return 0
            if folder.is_symlink():
                where = f"{folder} is a link to {folder.resolve()}, which lacks what is needed here"
                print(f"{where}; install there, or delete the link", file=sys.stderr)
                return 1
            install(record, requirements)
        except subprocess.CalledProcessError as error:
            return error.returncode
    return 0


if __name__ == "__main__":
    outcome.run(main)
