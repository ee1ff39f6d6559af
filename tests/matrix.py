# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make matrix` runs: this checkout with every ansible-core it supports, on each Python of its controllers.

`python -m tests.matrix NAME...` runs some combinations: `oldest`, `newest`, or names such as `2.19-py3.12`. Each has a
virtual environment under build/matrix/, kept until what it consists of changes, with the newest amazon.aws that its
ansible-core admits. There it runs the unit tests, the integration tests marked `core` through both shells and, once
for an ansible-core, ansible-test sanity. The emulator's own unit tests are left out: what they test is no part of the
collection, and `make unit` runs them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import yaml
from packaging.specifiers import SpecifierSet

from tests.lint.environments import prepare_pip, starts
from tests.lint.tree import AMAZON, CHECKOUT, COLLECTION, copy_collection, link

BUILD = CHECKOUT / "build" / "matrix"
SHELLS = ("action", "module")
LINES_OF_A_FAILURE = 80


@dataclass(frozen=True)
class Core:
    """An ansible-core at its newest patch, with the versions of Python that its controllers may have."""

    version: str
    pythons: tuple[str, ...]

    @property
    def series(self) -> str:
        """Such as 2.19."""
        return ".".join(self.version.split(".")[:2])


@dataclass(frozen=True)
class Amazon:
    """An amazon.aws, the package `ansible` that carries it, and what its meta/runtime.yml asks of ansible-core."""

    version: str
    carrier: str
    requires_ansible: str

    def admits(self, core: Core) -> bool:
        """Whether amazon.aws says that it runs there."""
        return core.version in SpecifierSet(self.requires_ansible)


CORES = (
    Core("2.17.14", ("3.10", "3.11", "3.12")),
    Core("2.18.19", ("3.11", "3.12", "3.13")),
    Core("2.19.14", ("3.11", "3.12", "3.13")),
    Core("2.20.10", ("3.12", "3.13", "3.14")),
    Core("2.21.5", ("3.12", "3.13", "3.14")),
)
# The last of each major version, oldest first.
AMAZONS = (
    Amazon("10.1.2", "12.3.0", ">=2.17.0"),
    Amazon("10.3.2", "13.8.0", ">=2.16.0"),
    Amazon("11.4.0", "14.5.0", ">=2.17.0"),
    Amazon("12.0.0", "15.0.0a3", ">=2.18.0"),
)
# The oldest that the README and amazon.aws 10 name.
OLDEST_BOTO3 = "1.34.0"
# Of tests/requirements.txt what the tests import; the rest comes with ansible-core.
TOOLS = ("boto3", "botocore", "moto", "cheroot", "pyarrow", "pytest", "pytest-xdist", "jsonschema", "prometheus_client")
# By Python, what stands in for a pin that does not support it.
STAND_INS = {"3.10": {"pyarrow": "pyarrow==25.0.1"}}


@dataclass(frozen=True)
class Combination:
    """What is tested together; `boto3` is a version where it is not the one of tests/requirements.txt."""

    name: str
    core: Core
    python: str
    amazon: Amazon
    boto3: str | None = None

    @property
    def folder(self) -> Path:
        """Its virtual environment and its logs."""
        return BUILD / self.name

    @property
    def interpreter(self) -> Path:
        """The Python of its virtual environment."""
        return self.folder / "environment" / "bin" / "python"

    @property
    def packages(self) -> Path:
        """Where its virtual environment has its packages."""
        return self.folder / "environment" / "lib" / f"python{self.python}" / "site-packages"


def newest_admitting(core: Core) -> Amazon:
    """The newest amazon.aws that runs with an ansible-core."""
    return next(amazon for amazon in reversed(AMAZONS) if amazon.admits(core))


def combinations(present: Collection[str]) -> list[Combination]:
    """All there are, oldest first; `present` are the versions of Python on this machine.

    The first has the oldest of everything, on the oldest Python present.
    """
    core = CORES[0]
    python = next((python for python in core.pythons if python in present), core.pythons[0])
    every = [Combination("oldest", core, python, AMAZONS[0], OLDEST_BOTO3)]
    for core in CORES:
        for python in core.pythons:
            every.append(Combination(f"{core.series}-py{python}", core, python, newest_admitting(core)))
    return every


def choose(names: Sequence[str], present: Collection[str]) -> list[Combination]:
    """The named combinations, or all, oldest first; ValueError in words where there is none of a name.

    `newest` is the newest ansible-core on its newest Python present.
    """
    every = combinations(present)
    known = {combination.name: combination for combination in every}
    newest = [combination for combination in every if combination.core == CORES[-1]]
    known["newest"] = next((one for one in reversed(newest) if one.python in present), newest[-1])
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"MATRIX: there is no combination {unknown[0]!r}; there are: {' '.join(known)}")
    return [combination for combination in every if combination in [known[name] for name in names or known]]


def with_sanity(chosen: Iterable[Combination]) -> set[Combination]:
    """Those that run ansible-test sanity: of each ansible-core the last, which has its newest Python."""
    return set({combination.core: combination for combination in chosen}.values())


def requirements(combination: Combination, pinned: str) -> list[str]:
    """What pip installs for a combination; `pinned` is the text of tests/requirements.txt."""
    lines = [line.split("#")[0].strip() for line in pinned.splitlines()]
    pins = {re.split(r"[=[]", line)[0]: line for line in lines if line}
    pins.update(STAND_INS.get(combination.python, {}))
    if combination.boto3:
        pins.update({name: f"{name}=={combination.boto3}" for name in ("boto3", "botocore")})
    return [f"ansible-core=={combination.core.version}", *(pins[tool] for tool in TOOLS)]


def counted(output: str) -> str:
    """The closing words of pytest, such as `12 passed, 1 skipped`."""
    found = re.findall(r"^=*\s*(\d+ \w+(?:, \d+ \w+)*) in [\d.]+s", output, re.MULTILINE)
    return found[-1] if found else "no tests"


def what_failed(log: str) -> list[str]:
    """The last lines of a log, after the errors further up: ansible-test goes on for long after one."""
    lines = log.splitlines()
    earlier, last = lines[:-LINES_OF_A_FAILURE], lines[-LINES_OF_A_FAILURE:]
    return [line for line in earlier if line.startswith("ERROR: ")] + last


def deprecations(output: str) -> list[str]:
    """The deprecation warnings in what ansible-playbook printed, each up to an empty line or the next warning."""
    return re.findall(r"\[DEPRECATION WARNING\].*?(?=\n\s*\n|\n\[|\Z)", output, re.DOTALL)


@dataclass
class Row:
    """What came of a combination: by part its words, and which parts failed."""

    combination: Combination
    boto3: str
    words: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


HEADINGS = ("combination", "ansible-core", "Python", "amazon.aws", "boto3", "unit", *SHELLS, "sanity", "")


def table(rows: Iterable[Row], skipped: Iterable[Combination]) -> str:
    """The rows in columns, those that were skipped last."""
    lines: list[tuple[str, ...]] = [HEADINGS]
    for row in rows:
        words = [row.words.get(part, "-") for part in ("unit", *SHELLS, "sanity")]
        verdict = "FAILED: " + ", ".join(row.failed) if row.failed else "passed"
        lines.append((*_identity(row.combination), row.boto3, *words, verdict))
    lines += [(*_identity(combination), *["-"] * 5, "SKIPPED") for combination in skipped]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _identity(combination: Combination) -> tuple[str, ...]:
    return combination.name, combination.core.version, combination.python, combination.amazon.version


class PartFailed(Exception):
    """A part of a combination did not go well; its text says what, in a few words."""


class Trial:
    """The parts of one combination, each with its log."""

    def __init__(self, combination: Combination, label: str, has_sanity: bool) -> None:
        self.combination = combination
        self.label = label
        self.has_sanity = has_sanity
        pinned = (CHECKOUT / "tests" / "requirements.txt").read_text()
        self.requirements = requirements(combination, pinned)
        boto3 = next(line for line in self.requirements if line.startswith("boto3=="))
        self.row = Row(combination, boto3.removeprefix("boto3=="))

    def run(self) -> Row:
        """All parts; none without its environment."""
        if self._does("environment", self._environment):
            self._does("unit", self._unit)
            for shell in SHELLS:
                self._does(shell, partial(self._integration, shell))
            if self.has_sanity:
                self._does("sanity", self._sanity)
        return self.row

    def _does(self, part: str, work: Callable[[], str]) -> bool:
        """Whether a part goes well; tells its beginning and end, and shows the end of its log if not."""
        print(f"{self.label} {part} ...", flush=True)
        self._log = self.combination.folder / f"{part}.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._log.write_text("")
        begun = time.monotonic()
        try:
            self.row.words[part] = work()
        except PartFailed as failure:
            self.row.words[part] = str(failure)
            self.row.failed.append(part)
            print(*what_failed(self._log.read_text()), sep="\n")
        verdict = "FAILED" if part in self.row.failed else "passed"
        words = f"{verdict}, {self.row.words[part]}, {time.monotonic() - begun:.0f} s"
        print(f"{self.label} {part}: {words}", flush=True)
        return part not in self.row.failed

    def _command(
        self, *command: str | Path, cwd: Path = CHECKOUT, environment: Mapping[str, str] | None = None
    ) -> None:
        """Runs a command with the combination's programs first on the path."""
        path = os.pathsep.join((str(self.combination.interpreter.parent), os.environ["PATH"]))
        # What pip has downloaded once serves all environments.
        settings = {"PIP_CACHE_DIR": str(BUILD / "pip"), **os.environ, "PATH": path, **(environment or {})}
        with self._log.open("a") as log:
            code = subprocess.run(command, cwd=cwd, env=settings, stdout=log, stderr=log, check=False).returncode
        if code:
            raise PartFailed(f"exit code {code}")

    def _environment(self) -> str:
        """The virtual environment, with this checkout and amazon.aws as its collections."""
        amazon = self._amazon()
        environment = self.combination.interpreter.parents[1]
        made_of = environment / "requirements.txt"
        wanted = "\n".join((f"# Python {self.combination.python}", *self.requirements))
        is_there = made_of.exists() and made_of.read_text() == wanted
        if not is_there:
            shutil.rmtree(environment, ignore_errors=True)
            self._command(program(self.combination.python) or "", "-m", "venv", environment)
            self._command(
                self.combination.interpreter, "-m", "pip", "install", "--quiet", "--no-compile", *self.requirements
            )
            made_of.write_text(wanted)
        link(self.combination.packages / AMAZON, amazon)
        self._command(self.combination.interpreter, "tests/link_collection.py")
        return "kept" if is_there else "made"

    def _amazon(self) -> Path:
        """The folder of amazon.aws, taken out of its carrier once."""
        amazon = self.combination.amazon
        folder = BUILD / "amazon" / amazon.version
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
                # Whichever Python the carrier demands, the collection is the same.
                anyhow = ("--no-deps", "--only-binary", ":all:", "--python-version", "3.14")
                pip = (sys.executable, "-m", "pip", "download", "--quiet", *anyhow, "--dest", scratch)
                self._command(*pip, f"ansible=={amazon.carrier}")
                (wheel,) = Path(scratch).glob("*.whl")
                with zipfile.ZipFile(wheel) as archive:
                    wanted = [name for name in archive.namelist() if name.startswith(AMAZON.as_posix() + "/")]
                    archive.extractall(scratch, wanted)
                (Path(scratch) / AMAZON).rename(folder)
        there = yaml.safe_load((folder / "meta" / "runtime.yml").read_text())["requires_ansible"]
        if there != amazon.requires_ansible:
            raise PartFailed(f"amazon.aws {amazon.version} asks for ansible-core {there}, unlike its row in AMAZONS")
        return folder

    def _unit(self) -> str:
        return self._pytest("tests/unit", "--ignore", "tests/unit/emulator", "--numprocesses", "2")

    def _integration(self, shell: str) -> str:
        """The core of the integration tests; no run may print a deprecation warning."""
        outputs = self.combination.folder / "outputs" / shell
        shutil.rmtree(outputs, ignore_errors=True)
        outputs.mkdir(parents=True)
        environment = {"FINOPS_SHELL": shell, "FINOPS_KEEP_OUTPUTS": str(outputs)}
        words = self._pytest("tests/integration", "-m", "core", "--numprocesses", "2", environment=environment)
        kept = sorted(outputs.iterdir())
        if not kept:
            raise PartFailed("no run's output was kept")
        found = [warning for path in kept for warning in deprecations(path.read_text())]
        if found:
            with self._log.open("a") as log:
                log.write("\n\n".join(dict.fromkeys(found)) + "\n")
            raise PartFailed(f"{words}, {len(found)} deprecation warnings")
        return words

    def _pytest(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        """Runs tests; its counts."""
        python = (self.combination.interpreter, "-m", "pytest", "-p", "no:cacheprovider")
        try:
            self._command(*python, *arguments, environment=environment)
        except PartFailed as failure:
            raise PartFailed(f"{counted(self._log.read_text())}, {failure}")
        return counted(self._log.read_text())

    def _sanity(self) -> str:
        """ansible-test sanity, on the combination's Python."""
        root = self.combination.folder / "sanity"
        home = BUILD / "home"
        tree = copy_collection(root / COLLECTION)
        # ansible-test asks the nearest repository for the files, and this checkout's knows none under build/.
        self._command("git", "init", "--quiet", tree)
        link(root / AMAZON, BUILD / "amazon" / self.combination.amazon.version)
        prepare_pip(home, self.combination.packages)
        ceiling = os.pathsep.join((str(root), str(self.combination.packages)))
        command = ("ansible-test", "sanity", "--color", "no", "--python", self.combination.python)
        self._command(*command, cwd=tree, environment={"HOME": str(home), "GIT_CEILING_DIRECTORIES": ceiling})
        return "clean"


def program(version: str) -> str | None:
    """The program of a version of Python: the one that runs this, one that starts by its name, or one of pyenv's."""
    if version == "{0}.{1}".format(*sys.version_info):
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    installed = map(str, pyenv.glob(f"versions/{version}.*/bin/python{version}"))
    return next((name for name in (f"python{version}", *installed) if starts(name)), None)


def main(names: Sequence[str]) -> int:
    """The exit code: 0 if something passed and nothing failed, 2 for a name that there is not."""
    BUILD.mkdir(parents=True, exist_ok=True)
    present = {python for core in CORES for python in core.pythons if program(python)}
    try:
        chosen = choose(names, present)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    skipped = [combination for combination in chosen if combination.python not in present]
    tried = [combination for combination in chosen if combination not in skipped]
    for combination in skipped:
        print(f"SKIPPED {combination.name}: there is no python{combination.python} here", flush=True)
    sanity = with_sanity(tried)
    rows = [
        Trial(combination, f"[{number}/{len(tried)}] {combination.name}", combination in sanity).run()
        for number, combination in enumerate(tried, 1)
    ]
    failed = sum(bool(row.failed) for row in rows)
    print(f"\n{table(rows, skipped)}\n")
    print(f"{len(rows) - failed} passed, {failed} failed, {len(skipped)} skipped")
    return 0 if rows and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
