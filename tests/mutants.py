# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make mutants`: plants small mistakes in the decisions of the core, and counts those that a unit test finds.

Each mistake is planted in memory only, in a forked process that already has botocore and pytest; the files stay as
they are. It is killed if a test fails that is beside its file and calls the changed function: first those in
`test_<file>*.py`, then the others of the same room. The decisions are what `MUTATED` names, without functions that talk
to AWS or the platform (`_talks`), and without words: docstrings, annotations, and every text with a space in it; codes,
operations and keys have none.

Why not a tool: mutmut 3.8.1 works in this layout, but changes every text three ways and sees none as words (748 mutants
for 2 files, 2.6 in a second; most survivors are titles and remedies), leaves out the tables outside of functions, the
elements of lists and whole statements, and turns `deepcopy` into a name that is not there. None of cosmic-ray 8.7.0's
operators leaves out an argument, an element, a statement or a copy or changes a text, and its local distributor runs a
command, which starts Python, for every mutant.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import importlib.util
import itertools
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Callable, Iterator

import pytest

from tests.mutations import Mutant, mutants_of

CHECKOUT = Path(__file__).resolve().parent.parent
CORE = "plugins/module_utils"
COLLECTION = "ansible_collections.finops_for_cloud.aws."
MUTATED = (
    *("_resources/*", "_knowledge/*", "_fleet/listing", "_fleet/verdict"),
    *("_mechanism/findings", "_mechanism/plan", "_mechanism/reconcile", "_mechanism/words"),
)
WANTED = 85.0
PYTEST = ["-x", "-q", "-p", "no:cacheprovider"]
# What a mutant must import anew; everything else stays loaded.
OURS = (COLLECTION, "tests.unit", "test_", "conftest")


@dataclass
class Score:
    """What became of the mutants of one file."""

    file: str
    killed: int
    survivors: list[Mutant]

    @property
    def total(self) -> int:
        return self.killed + len(self.survivors)


class Planted(SourceFileLoader):
    """Finds one module, and loads the mutant in its place."""

    def __init__(self, path: Path, code: CodeType) -> None:
        super().__init__(COLLECTION + ".".join(path.relative_to(CHECKOUT).with_suffix("").parts), str(path))
        self._code = code

    def plant(self) -> None:
        """From now on, for imports of this process."""
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        return self._code


class Callers:
    """Notes which tests call which functions of a file, these by their first lines; "" for what an import calls."""

    def __init__(self, path: Path) -> None:
        self._file = str(path)
        self._test = ""
        self.tests: dict[int, list[str]] = {}
        sys.settrace(self._called)

    def _called(self, frame: FrameType, event: str, argument: object) -> None:
        if frame.f_code.co_filename == self._file:
            callers = self.tests.setdefault(frame.f_code.co_firstlineno, [])
            if self._test not in callers:
                callers.append(self._test)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._test = nodeid


@dataclass
class Chosen:
    """Runs the chosen tests alone; all without a choice."""

    tests: set[str] | None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if self.tests is None or item.nodeid in self.tests]

    def among(self, files: list[str]) -> list[str]:
        if self.tests is None:
            return files
        found = {test.partition("::")[0] for test in self.tests}
        return [file for file in files if str(Path(file).relative_to(CHECKOUT)) in found]


def tests_of(path: Path) -> list[list[str]]:
    """The tests beside a file of the core, in the order in which they are tried: its own, then those of its room."""
    room = CHECKOUT / "tests/unit" / CORE / path.parent.name
    own = sorted(map(str, room.glob("test_{0}*.py".format(path.stem))))
    others = sorted(set(map(str, room.glob("test_*.py"))) - set(own))
    return [tests for tests in (own, others) if tests]


def callers_of(tree: ast.Module, line: int, tests: dict[int, list[str]]) -> set[str] | None:
    """The tests that call the function around a line; None where an import runs it as well."""
    methods = [method for owner in tree.body for method in getattr(owner, "body", [])]
    for node in tree.body + methods:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if first <= line <= (node.end_lineno or first):
                callers = {test for start in range(first, line + 1) for test in tests.get(start, [])}
                return None if "" in callers else callers
    return None


def _forked(attempt: Callable[[], bool], seconds: int) -> int:
    """The id of a process that ends with 0 if attempt() finds no failing test; it imports all of ours anew."""
    process = os.fork()
    if process:
        return process
    signal.alarm(seconds)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    for name in [name for name in sys.modules if name.startswith(OURS)]:
        del sys.modules[name]
    failed = True
    try:
        failed = attempt()
    finally:
        os._exit(int(failed))


def _fails(path: Path, code: CodeType, chosen: Chosen, scratch: Path) -> bool:
    Planted(path, code).plant()
    options = [*PYTEST, "--tb=no", "--assert=plain", "--rootdir", str(CHECKOUT)]
    options += ["--basetemp", str(scratch / str(os.getpid()))]
    files = [chosen.among(files) for files in tests_of(path)]
    return any(pytest.main([*options, *some], plugins=[chosen]) for some in files if some)


def _who_calls(path: Path, seconds: int, scratch: Path) -> dict[int, list[str]]:
    """Runs all tests of a file that has no mistake: they must pass, and it is noted what each calls."""
    notes = scratch / "callers"

    def attempt() -> bool:
        Planted(path, compile(path.read_text(encoding="utf-8"), str(path), "exec")).plant()
        callers = Callers(path)
        options = [*PYTEST, "--rootdir", str(CHECKOUT), "--basetemp", str(scratch / "first")]
        failed = pytest.main([*options, *itertools.chain(*tests_of(path))], plugins=[callers])
        notes.write_text(repr(callers.tests))
        return bool(failed)

    if os.waitpid(_forked(attempt, seconds), 0)[1]:
        raise SystemExit("mutants: the tests of {0} fail without any".format(path.relative_to(CHECKOUT)))
    tests: dict[int, list[str]] = ast.literal_eval(notes.read_text())
    return tests


def score(path: Path, seconds: int) -> Score:
    """Tries every mutant of a file, on all processors, once it is sure that its tests pass without one.

    seconds: how long one may take; one that hangs is killed.
    """
    source = path.read_text(encoding="utf-8")
    result = Score(str(path.relative_to(CHECKOUT)), 0, [])
    running: dict[int, Mutant] = {}

    def one_ends() -> None:
        process, status = os.wait()
        mutant = running.pop(process)
        if status:
            result.killed += 1
        else:
            result.survivors.append(mutant)

    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        tests = _who_calls(path, seconds, scratch)
        tree = ast.parse(source)
        for mutant in mutants_of(source, str(path)):
            chosen = Chosen(callers_of(tree, mutant.line, tests))
            if chosen.tests == set():
                result.survivors.append(mutant)
                continue
            attempt = functools.partial(_fails, path, mutant.code, chosen, scratch)
            running[_forked(attempt, seconds)] = mutant
            if len(running) >= (os.cpu_count() or 1):
                one_ends()
        while running:
            one_ends()
    result.survivors.sort(key=lambda mutant: mutant.line)
    return result


def verdict(scores: list[Score]) -> tuple[str, bool]:
    """The last line, and whether it is good enough."""
    killed, total = sum(score.killed for score in scores), sum(score.total for score in scores)
    percent = 100.0 * killed / total if total else 0.0
    line = "mutants: {0} of {1} killed, {2:.1f} %: at least {3:.0f}".format(killed, total, percent, WANTED)
    return line, percent >= WANTED


def files(names: list[str]) -> Iterator[Path]:
    """The files whose decisions are mutated, those of the names alone if there are any."""
    for pattern in MUTATED:
        for path in sorted((CHECKOUT / CORE).glob(pattern + ".py")):
            if path.stem != "__init__" and (not names or path.stem in names):
                yield path


def main() -> int:
    """Prints the score of each file with its survivors, and last that of all."""
    parser = argparse.ArgumentParser(description="Plants mistakes in the core and counts those that its tests find")
    parser.add_argument("names", nargs="*", help="names of files, without .py; default: all")
    chosen = list(files(parser.parse_args().names))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    began = time.monotonic()
    rooms = sorted({str(CHECKOUT / "tests/unit" / CORE / path.parent.name) for path in chosen})
    if pytest.main([*PYTEST, *rooms]):
        raise SystemExit("mutants: the tests fail without any")
    seconds = 20 + 10 * round(time.monotonic() - began)
    scores = []
    gc.freeze()
    for path in chosen:
        scores.append(score(path, seconds))
        print("{0.file}: {0.killed} of {0.total}".format(scores[-1]), flush=True)
        for survivor in scores[-1].survivors:
            print("    {0.line}: {0.change}".format(survivor), flush=True)
    line, good = verdict(scores)
    print(line)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
