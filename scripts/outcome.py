"""How every script ends. Imported first, so that this holds while the rest is imported.

Ctrl-C, SIGTERM and a terminal that closes end a script in one line, once it has cleaned up.
Output that nobody reads on ends nothing, nor does one that lacks a character. Names of files are
UTF-8, whatever the locale, as they are to DuckDB.
"""

from __future__ import annotations

import _signal as signal  # which alone takes no time to import
import os
import sys

SIGNALS = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "the terminal was closed",
}
so_far: Callable[[], str] = str  # what a script has to say before that
is_running = False  # and not yet importing
stopped = 0  # the signal that did


def ignore_signals() -> None:
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)


def stop(number: int, frame: FrameType | None) -> None:
    global stopped
    ignore_signals()
    stopped = number
    if not is_running:
        say_what_stopped_it()
        os._exit(128 + number)
    raise SystemExit(128 + number)


def say_what_stopped_it() -> None:
    os.write(2, f"{so_far()}{SIGNALS[stopped]}\n".encode())


# Only where a script was started, and not where a test imports it.
is_script = os.path.dirname(os.path.realpath(sys.argv[0])) == os.path.dirname(__file__)
if is_script and sys.getfilesystemencoding() != "utf-8":
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def explain_missing(kind: type, error: BaseException, trace: TracebackType) -> None:
    if not issubclass(kind, ModuleNotFoundError):
        return sys.__excepthook__(kind, error, trace)
    remedy = "run it with .venv/bin/python, which `make` installs for"
    print(f"{error.name} is not installed for {sys.executable}; {remedy}", file=sys.stderr)


if is_script:
    sys.excepthook = explain_missing
for one in SIGNALS if is_script else ():
    # Not what was to be ignored: nohup does that.
    if signal.getsignal(one) != signal.SIG_IGN:
        signal.signal(one, stop)

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import TextIO


def end_if_stopped() -> None:
    """End a script that was stopped while DuckDB imported something, which passes nothing on."""
    if stopped and is_running:
        raise SystemExit(128 + stopped)


@contextmanager
def unstopped() -> Iterator[None]:
    """Let no signal come between what belongs together; it is heard afterwards."""
    end_if_stopped()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


@contextmanager
def naming(path: Path | str) -> Iterator[None]:
    """Name the file in an error of writing it, which by itself does not."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


class Output(io.FileIO):
    """Standard output or error: it fails once at the most, and not because nobody reads on."""

    failed = False

    def write(self, data: bytes) -> int | None:
        end_if_stopped()
        if self.failed or stopped:
            return len(data)
        try:
            with naming("standard output"):
                return super().write(data)
        except OSError as error:
            self.failed = True
            if isinstance(error, BrokenPipeError):
                return len(data)
            raise


def wrapped(stream: TextIO | None) -> TextIO | None:
    if stream is None:
        return None
    raw = io.BufferedWriter(Output(stream.fileno(), "w", closefd=False))
    by_line = stream.line_buffering or stream.write_through  # which PYTHONUNBUFFERED sets
    return io.TextIOWrapper(raw, stream.encoding, "backslashreplace", line_buffering=by_line)


def run(main: Callable[[], int | None]) -> None:
    """Run a script to its end, with the output that is still to be written."""
    global is_running
    is_running = True
    try:
        code = main()
        print(end="", flush=True)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        code = 1
    except UnicodeEncodeError as error:
        wrong = error.object[error.start : error.end]
        print(f"{wrong!a} in a name is no UTF-8: DuckDB takes no such file", file=sys.stderr)
        code = 1
    except BaseException:
        # DuckDB makes another exception of the one that ends a script.
        if not stopped:
            raise
    finally:
        # Python itself would end by one that comes as it ends, with the work all done.
        ignore_signals()
        is_running = False
    if stopped:
        say_what_stopped_it()
        code = 128 + stopped
    sys.exit(code)


if is_script:
    sys.stdout, sys.stderr = wrapped(sys.stdout), wrapped(sys.stderr)
