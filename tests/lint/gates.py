# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates of `make lint`, each a function that says whether it holds; those that take longest stand first."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import sys
from collections.abc import Callable

import yaml

from tests.lint import execution_environment as definition
from tests.lint import links, policies
from tests.lint.environments import PYTHON_VERSIONS, environment, own_python, prepare_pip, starts
from tests.lint.tree import (
    AMAZON,
    AWX,
    BUILD,
    CHECKOUT,
    COLLECTION,
    PACKAGES,
    Skipped,
    copy_collection,
    files,
    link,
    output_of,
    run,
    skip,
)

Gate = Callable[[], bool]

CODE = ("plugins", "tests")
TYPED = ("plugins/module_utils", "plugins/plugin_utils", "plugins/action", "plugins/callback", "plugins/inventory")
TYPED_TESTS = (
    "tests/emulator",
    "tests/bench",
    "tests/lint",
    *(f"tests/{name}.py" for name in ("generated", "matrix", "release", "release_rules", "targets", "variables")),
)
# What galaxy-importer logs so makes it fail here, whatever its exit code; but a role that is not public has this name.
BAD_LOG_LINE = re.compile(r"(?!WARNING: roles/_\w+:1: role-name: )(WARNING|ERROR|CRITICAL): |Traceback|Error during")
# What pip-audit says without the service; whatever a pin names was installed, so that "not found" is no word of PyPI's.
UNREACHABLE = re.compile("Could not connect to PyPI's vulnerability feed|Dependency not found on PyPI")
IMPORTED = "Importer processing completed successfully"


def sanity() -> bool:
    """ansible-test sanity without ignores, with amazon.aws where it looks for dependencies.

    All of it with the Python that runs this, and what depends on the version with every other one there is.
    """
    tree = copy_collection(BUILD / "sanity" / COLLECTION)
    # ansible-test asks the nearest repository for the files, and this checkout's knows none under build/.
    run("git", "init", "--quiet", tree)
    link(BUILD / "sanity" / AMAZON, PACKAGES / AMAZON)
    prepare_pip(BUILD / "home")
    command = ("ansible-test", "sanity", "--color", "no", "--python")
    passed = [run(*command, own_python(), cwd=tree)]
    for version in PYTHON_VERSIONS:
        if version != own_python() and starts("python" + version):
            passed.append(run(*command, version, "--test", "compile", "--test", "import", cwd=tree))
        elif version != own_python():
            skip(f"compile and import with Python {version}, which is not here")
    ignores = [name for name in files() if name.startswith("tests/sanity/ignore")]
    print("".join(f"{name}: there are no ignores\n" for name in ignores), end="")
    return all(passed) and not ignores


def galaxy() -> bool:
    """galaxy-importer takes the tarball, and nothing in its log is a warning or an error."""
    requirements = CHECKOUT / "tests" / "requirements-galaxy-importer.txt"
    folder = environment("galaxy-importer", requirements.read_text())
    # ansible-doc and ansible-lint, as the importer runs them, look for other collections beside themselves only.
    for collection in (AMAZON, AWX):
        link(next(folder.glob("lib/python*/site-packages")) / collection, PACKAGES / collection)
    target = BUILD / "galaxy"
    shutil.rmtree(target, ignore_errors=True)
    tree = copy_collection(target / COLLECTION)
    if not run("ansible-galaxy", "collection", "build", "--output-path", target, cwd=tree):
        return False
    path = os.pathsep.join((str(folder / "bin"), os.environ["PATH"]))
    importer = (folder / "bin" / "python", "-m", "galaxy_importer.main")
    log = output_of(*importer, next(target.glob("*.tar.gz")), cwd=target, PATH=path)
    return IMPORTED in log and not any(BAD_LOG_LINE.match(line) for line in log.splitlines())


def execution_environment() -> bool:
    """ansible-builder finds in the collection what the README requires, and takes the file of an execution environment."""
    requirements = CHECKOUT / "tests" / "requirements-ansible-builder.txt"
    builder = environment("ansible-builder", requirements.read_text()) / "bin" / "ansible-builder"
    target = BUILD / "execution-environment"
    shutil.rmtree(target, ignore_errors=True)
    tree = copy_collection(target / COLLECTION)
    found = {name: target / f"{name}.txt" for name in ("python", "system")}
    wrote = ("--write-pip", found["python"], "--write-bindep", found["system"])
    build = ("ansible-galaxy", "collection", "build", "--output-path", tree / "build" / "execution-environment")
    file = tree / "extensions" / "execution-environment" / "execution-environment.yml"
    create = (builder, "create", "--file", file, "--context", target / "context")
    if not (run(builder, "introspect", *wrote, target) and run(*build, cwd=tree) and run(*create, cwd=target)):
        return False
    texts = {name: path.read_text() if path.exists() else "" for name, path in found.items()}
    about, readme = yaml.safe_load((tree / "galaxy.yml").read_text()), (tree / "README.md").read_text()
    python, system = (definition.without_comments(texts[name]) for name in ("python", "system"))
    wrong = list(definition.problems(python, system, yaml.safe_load(file.read_text()), readme, about))
    if not list((target / "context").glob("_build/collection/*.tar.gz")):
        wrong.append("the build context has no tarball of the collection")
    print("".join(f"{problem}\n" for problem in wrong), end="")
    return not wrong


def ansible_lint() -> bool:
    """ansible-lint with its strictest profile."""
    return run("ansible-lint", "--profile", "production", "--offline", "--strict", "--nocolor")


def documentation() -> bool:
    """Everything that ansible-doc shows and docs/docsite, references included, and their pages built without an error."""
    lint = ("--plugin-docs", "--validate-collection-refs=dependent", "--check-extra-docs-refs")
    pages = BUILD / "docsite"
    shutil.rmtree(pages, ignore_errors=True)
    pages.mkdir(parents=True)
    build = ("--use-current", "--fail-on-error", "--squash-hierarchy", "--dest-dir", pages)
    return all(
        [
            run("antsibull-docs", "lint-collection-docs", *lint, CHECKOUT),
            run("antsibull-docs", "collection", *build, "finops_for_cloud.aws"),
        ]
    )


def types() -> bool:
    """mypy, strict, over files that lie where their imports say they do."""
    link(BUILD / "types" / COLLECTION, CHECKOUT)
    paths = [BUILD / "types" / COLLECTION / path for path in TYPED]
    search = os.pathsep.join((str(BUILD / "types"), str(CHECKOUT)))
    return run("mypy", "--cache-dir", BUILD / "mypy", *paths, *TYPED_TESTS, MYPYPATH=search)


def changelog() -> bool:
    """antsibull-changelog takes the fragments, and makes CHANGELOG.rst as it is committed."""
    tree = copy_collection(BUILD / "changelog" / COLLECTION)
    if not run("antsibull-changelog", "lint", cwd=tree) or not run("antsibull-changelog", "generate", cwd=tree):
        return False
    path = CHECKOUT / "CHANGELOG.rst"
    committed = path.read_text().splitlines() if path.exists() else []
    made = (tree / "CHANGELOG.rst").read_text().splitlines()
    print("\n".join(difflib.unified_diff(committed, made, "committed", "made from changelogs/", lineterm="")))
    return committed == made


def vulnerabilities() -> bool:
    """pip-audit knows no vulnerability of the pinned requirements."""
    report = BUILD / "vulnerabilities.json"
    report.unlink(missing_ok=True)
    requirements = [f"--requirement={name}" for name in files() if re.fullmatch(r"tests/requirements.*\.txt", name)]
    options = ("--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=10", "--strict")
    log = output_of("pip-audit", *options, "--cache-dir", BUILD / "pip-audit", *requirements)
    if UNREACHABLE.search(log):
        raise Skipped("no vulnerability is looked for, since PyPI's service that knows them does not answer here")
    return "No known vulnerabilities found" in log


def rights() -> bool:
    """parliament finds nothing in the generated policies but what is explained."""
    return policies.are_justified(policies.write(BUILD / "policies"))


def licences() -> bool:
    """REUSE: every file has its copyright and a licence whose text is there; code names it itself."""
    return run("reuse", "lint")


def spelling() -> bool:
    """codespell, over everything but the licence."""
    return run("codespell", *(name for name in files() if "LICENSE" not in name))


def secrets() -> bool:
    """detect-secrets finds nothing that is not in its baseline, and all that is."""
    from detect_secrets.core import baseline
    from detect_secrets.core.secrets_collection import SecretsCollection

    path = str(CHECKOUT / ".secrets.baseline")
    known = baseline.load(baseline.load_from_file(path), path)
    found = SecretsCollection(root=str(CHECKOUT))
    found.scan_files(*(name for name in files() if name != ".secrets.baseline"))
    old, new = ({(name, one.type, one.secret_hash): one.line_number for name, one in some} for some in (known, found))
    for name, kind, digest in sorted(old.keys() ^ new.keys()):
        line_number = (old | new)[name, kind, digest]
        print(f"{name}:{line_number}: {kind} is {'new' if (name, kind, digest) in new else 'gone'}")
    if old.keys() != new.keys():
        print("If none of them is a secret: .venv/bin/detect-secrets scan --baseline .secrets.baseline")
    return old.keys() == new.keys()


def layout_of_yaml() -> bool:
    """yamllint, with what ansible-lint wants too."""
    return run("yamllint", "--strict", ".")


def addresses() -> bool:
    """Links between documents and to the repository's own address name a file that is there; READMEs' are absolute."""
    base = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())["repository"]
    present = files()
    wrong = [
        problem
        for name in files(".md", ".yml", ".rst", ".py")
        for problem in links.problems(name, (CHECKOUT / name).read_text(), base, present)
    ]
    print("".join(f"{problem}\n" for problem in wrong), end="")
    return not wrong


def generated() -> bool:
    """Generated files are committed as they are made."""
    return run(sys.executable, "-m", "tests.generated", "--check")


def code() -> bool:
    """ruff: mistakes, order of imports, syntax that the oldest Python does not have."""
    return run("ruff", "check", "--cache-dir", BUILD / "ruff", *CODE)


def layout() -> bool:
    """ruff format."""
    return run("ruff", "format", "--check", "--cache-dir", BUILD / "ruff", *CODE)


def hooks() -> bool:
    """The pre-commit configuration is valid, and its hooks, which are the quick gates, pass."""
    home = str(BUILD / "pre-commit")
    return run("pre-commit", "validate-config", PRE_COMMIT_HOME=home) and run(
        "pre-commit", "run", "--all-files", "--color=never", PRE_COMMIT_HOME=home
    )


GATES: tuple[Gate, ...] = (
    *(sanity, galaxy, ansible_lint, documentation, types, hooks, rights, changelog, vulnerabilities),
    *(execution_environment, licences, secrets, spelling, layout_of_yaml, addresses, generated, code, layout),
)
