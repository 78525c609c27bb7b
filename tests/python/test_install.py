"""scripts/install.py by way of make: environments that are whole, wherever and however begun."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import PROJECT

TELLS_WHERE = "import sys\ndef tell():\n    print(sys.prefix)\n"


def write_wheel(folder: Path, name: str) -> None:
    """Write a package with a command of its name, which tells its environment."""
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", TELLS_WHERE)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/entry_points.txt", f"[console_scripts]\n{name} = {name}:tell\n")
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def project(tmp_path) -> Path:
    """A fresh clone that needs one small package to build and another to be tested."""
    folder = tmp_path / "project"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(PROJECT / "Makefile", folder)
    for part in (
        "seeds",
        "models",
        "macros",
        "tests/generic",
        "tests/singular",
        "scripts/templates",
    ):
        (folder / part).mkdir(parents=True)
    for name in ("install.py", "outcome.py"):
        shutil.copy(PROJECT / "scripts" / name, folder / "scripts")
    (tmp_path / "wheels").mkdir()
    for name, requirements in (("tiny", "requirements"), ("more", "requirements-dev")):
        write_wheel(tmp_path / "wheels", name)
        (folder / f"{requirements}.txt").write_text(f"{name}==1.0\n")
    return folder


def as_from_a_shell() -> dict[str, str]:
    """Return the environment without settings of pip, and of a make that runs the tests."""
    unset = ("PIP_", "MAKE", "MFLAGS")
    return {name: text for name, text in os.environ.items() if not name.startswith(unset)}


def callers(project: Path) -> dict[str, str]:
    """Return an environment that says where packages come from, and much besides."""
    elsewhere = str(project.parent / "elsewhere")
    settings = project.parent / "pip.conf"
    settings.write_text(
        f"[global]\nno-index = true\nfind-links = {project.parent / 'wheels'}\nno-deps = true\n"
        f"[install]\nuser = true\ntarget = {elsewhere}\ndry-run = true\n"
    )
    places = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONPATH")
    quick = project.parent / "quick" / "bin" / "python"
    return {
        **as_from_a_shell(),
        **dict.fromkeys(places, elsewhere),
        "PYTHON": str(quick) if quick.exists() else sys.executable,
        "PIP_USER": "1",
        "PIP_PYTHON": sys.executable,
        "PIP_CONFIG_FILE": str(settings),
        "PYTHONHOME": elsewhere,
        "PYTHONSAFEPATH": "1",
        "DBT_RESOURCE_TYPES": "seed",
        "DBTX": "kept",
    }


# Read by a Python as it starts: the environments that it makes get the pip of the one that runs
# the tests, a copy, and not by ensurepip, which takes three seconds.
COPIED_PIP = """\
import shutil, venv
from pathlib import Path

def copy_pip(self, context):
    (packages,) = Path(context.env_dir).glob("lib/python*/site-packages")
    for part in Path({packages!r}).glob("pip*"):
        shutil.copytree(part, packages / part.name)

venv.EnvBuilder._setup_pip = copy_pip
"""


@pytest.fixture
def quick(tmp_path) -> None:
    """Put beside the project a Python that is quick at making environments, for make to use."""
    venv.create(tmp_path / "quick", symlinks=True)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(tmp_path / "quick")}))
    copied_pip = COPIED_PIP.format(packages=sysconfig.get_path("purelib"))
    (packages / "copied_pip.py").write_text(copied_pip)
    (packages / "copied_pip.pth").write_text("import copied_pip\n")


def start(project: Path, target: str, **variables: str) -> subprocess.Popen:
    return subprocess.Popen(
        ["make", target],
        cwd=project,
        env=callers(project) | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def make(project: Path, target: str = ".venv/installed", **variables: str) -> str:
    process = start(project, target, **variables)
    output, errors = process.communicate()
    assert process.returncode == 0, output + errors
    return output


def tell(project: Path, name: str = "tiny") -> Path:
    command = [project / ".venv" / "bin" / name]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def test_what_dbt_builds_is_not_the_callers_to_say(project):
    show = ["make", "--eval", "show: ; @env", "show"]
    options = {"cwd": project, "env": callers(project), "capture_output": True, "text": True}
    shown = subprocess.run(show, check=True, **options).stdout
    assert "DBTX=kept" in shown
    assert "DBT_" not in shown
    assert re.findall("^PYTHON.*", shown, re.MULTILINE) == ["PYTHONUTF8=1"]


def test_two_at_once_in_a_fresh_clone_leave_one_whole_environment_in_its_place(project):
    both = [start(project, ".venv/installed-dev") for _ in range(2)]
    outputs = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert "".join(outputs).count("Successfully installed tiny") == 1
    assert "".join(outputs).count("Successfully installed more") == 1
    assert tell(project) == tell(project, "more") == project / ".venv"
    assert not (project.parent / "elsewhere").exists()


def interrupt(project: Path, target: str, sent: int) -> None:
    """Send a signal to an install while pip asks the index for packages."""
    with socket.create_server(("127.0.0.1", 0)) as index:
        url = f"http://127.0.0.1:{index.getsockname()[1]}"
        settings = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": url, "PIP_INDEX_URL": url}
        asked = start(project, target, **settings)
        index.accept()[0].close()
        os.killpg(asked.pid, sent)
        _, errors = asked.communicate()
    assert asked.returncode != 0
    assert "Traceback" not in errors
    assert not (project / ".venv" / "installed").exists()


@pytest.mark.usefixtures("quick")
def test_an_environment_that_is_unfinished_moved_or_broken_is_made_anew(project):
    interrupt(project, ".venv/installed", signal.SIGINT)
    make(project)
    assert tell(project) == project / ".venv"

    interrupt(project, ".venv/installed-dev", signal.SIGKILL)
    make(project, ".venv/installed-dev")
    assert tell(project) == tell(project, "more") == project / ".venv"
    assert make(project, ".venv/installed-dev").count("install.py") == 0

    moved = project.rename(project.parent / "moved")
    make(moved)
    assert tell(moved) == moved / ".venv"

    python = moved / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("nowhere")
    make(moved)
    assert tell(moved) == moved / ".venv"

    linked = project.parent / "linked"
    shutil.copytree(moved, linked, ignore=shutil.ignore_patterns(".venv"))
    (linked / ".venv").symlink_to(moved / ".venv")
    assert [make(moved).count("install.py") for _ in range(2)] == [0, 0]

    # What it leads to is another project's: nothing is installed or recorded there.
    before = sorted((moved / ".venv").rglob("*"))
    assert [make(linked).count("install.py") for _ in range(2)] == [1, 0]
    process = start(linked, ".venv/installed-dev")
    _, errors = process.communicate()
    assert process.returncode == 2
    assert f".venv is a link to {moved / '.venv'}, which lacks what is needed here" in errors
    assert "more==1.0); install requirements-dev.txt there with pip, or delete the link" in errors
    assert sorted((moved / ".venv").rglob("*")) == before
    pip = [moved / ".venv" / "bin" / "python", "-m", "pip", "install", "--no-index"]
    wheels = ["--find-links", project.parent / "wheels", "-r", "requirements-dev.txt"]
    subprocess.run([*pip, *wheels], cwd=linked, check=True, capture_output=True)
    assert [make(linked, ".venv/installed-dev").count("install.py") for _ in range(2)] == [1, 0]

    # Nor does its record say what another project needs.
    (linked / "requirements.txt").write_text("tiny==2.0\n")
    process = start(linked, ".venv/installed")
    _, errors = process.communicate()
    assert "tiny==2.0); install requirements.txt there" in errors
    (linked / ".venv").unlink()
    (linked / ".venv").symlink_to("nowhere")
    assert "(it has no Python)" in start(linked, ".venv/installed").communicate()[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("what?", 'DuckDB cannot write a database below a folder with "?" in its name'),
        (os.fsdecode(b"\xff"), "a folder whose name is no UTF-8; move the project"),
        ("a:b", "it contains the PATH separator"),
    ],
)
def test_a_folder_that_cannot_be_worked_in_is_refused_at_once(name, said, project):
    odd = project.rename(project.parent / name)
    process = start(odd, "report")
    output, errors = process.communicate()
    assert process.returncode == 2
    assert said in errors
    assert "Traceback" not in errors
    assert "scripts/build.py" not in output


def test_make_in_another_folder_says_so(project):
    elsewhere = ["make", "-f", project / "Makefile"]
    options = {"env": as_from_a_shell(), "capture_output": True, "text": True}
    result = subprocess.run(elsewhere, cwd=project.parent, **options)
    assert result.returncode == 2
    assert "this folder is not the project's" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "put",
    [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("..")],
    ids=["folder", "pipe", "link"],
)
@pytest.mark.parametrize("name", ["reports/explorer.html", "image_models.duckdb"])
def test_what_is_no_file_is_not_taken_for_built(name, put, project):
    (project / "reports").mkdir()
    put(project / name)
    process = start(project, "report")
    output, errors = process.communicate()
    assert (process.returncode, output) == (2, "")
    assert f"{name} is no file and would be lost; move it" in errors
    assert errors.count("\n") == 1
