# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make lint` runs: every check that starts no emulator; it fails if any of them does.

`python -m tests.lint NAME...` runs some of them. They need neither Docker nor Galaxy, only a package index, and write
to build/ alone.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
BUILD = CHECKOUT / "build" / "lint"
PACKAGES = Path(sysconfig.get_path("purelib"))
COLLECTION = Path("ansible_collections", "finops_for_cloud", "aws")
AMAZON = Path("ansible_collections", "amazon", "aws")
CODE = ("plugins", "tests")
TYPED = ("plugins/module_utils", "plugins/plugin_utils", "plugins/action", "plugins/callback")
ENVIRONMENT = {
    **os.environ,
    "HOME": str(BUILD / "home"),
    "PATH": os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"])),
    "ANSIBLE_HOME": str(BUILD / "ansible"),
    # The virtual environment is no part of the checkout's repository, so that git does not call its files ignored.
    "GIT_CEILING_DIRECTORIES": os.pathsep.join((str(BUILD), str(PACKAGES))),
}
# Of pip's settings those that say where packages come from and whom to trust.
PIP_SETTINGS = (
    "cert",
    "client-cert",
    "extra-index-url",
    "find-links",
    "index-url",
    "no-index",
    "proxy",
    "trusted-host",
)


def sanity() -> bool:
    """ansible-test sanity, with amazon.aws where it looks for dependencies.

    All of it with the Python that runs this, and what depends on the version with every other one there is.
    """
    tree = copy_collection(BUILD / "sanity" / COLLECTION, keep_links=True)
    # ansible-test asks the nearest repository for the files, and this checkout's knows none under build/.
    subprocess.run(["git", "init", "--quiet", tree], check=True)
    link(BUILD / "sanity" / AMAZON, PACKAGES / AMAZON)
    prepare_pip(BUILD / "home")
    own, *others = python_versions()
    command = ("ansible-test", "sanity", "--color", "no", "--python")
    passed = [run(*command, own, cwd=tree)]
    passed += [run(*command, other, "--test", "compile", "--test", "import", cwd=tree) for other in others]
    return all(passed)


def ansible_lint() -> bool:
    """ansible-lint with its strictest profile."""
    return run("ansible-lint", "--profile", "production", "--offline", "--strict", "--nocolor")


def documentation() -> bool:
    """Everything that ansible-doc shows, references between modules included.

    antsibull-docs takes an action plugin that is a link for a renamed module, so it gets a copy with files in their
    place, and must not find this checkout.
    """
    root = BUILD / "documentation"
    tree = copy_collection(root / COLLECTION, keep_links=False)
    link(root / AMAZON, PACKAGES / AMAZON)
    command = ("antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=dependent", tree)
    return run(*command, ANSIBLE_COLLECTIONS_PATH=str(root), ANSIBLE_COLLECTIONS_SCAN_SYS_PATH="false")


def roles() -> bool:
    """The argument specifications of the roles, as ansible-doc reads them."""
    names = [
        "finops_for_cloud.aws." + path.parts[-3] for path in sorted(CHECKOUT.glob("roles/*/meta/argument_specs.yml"))
    ]
    return run("ansible-doc", "--type", "role", "--json", *names, stdout=subprocess.DEVNULL)


def types() -> bool:
    """mypy, over files that lie where their imports say they do."""
    link(BUILD / "types" / COLLECTION, CHECKOUT)
    paths = [BUILD / "types" / COLLECTION / path for path in TYPED]
    search = os.pathsep.join((str(BUILD / "types"), str(CHECKOUT)))
    return run("mypy", "--cache-dir", BUILD / "mypy", *paths, "tests/emulator", "tests/bench", MYPYPATH=search)


def code() -> bool:
    """ruff: mistakes, order of imports, syntax that the oldest Python does not have."""
    return run("ruff", "check", "--cache-dir", BUILD / "ruff", *CODE)


def layout() -> bool:
    """ruff format."""
    return run("ruff", "format", "--check", "--cache-dir", BUILD / "ruff", *CODE)


CHECKS = (code, layout, types, roles, ansible_lint, documentation, sanity)


def run(*command: str | Path, cwd: Path = CHECKOUT, stdout: int | None = None, **environment: str) -> bool:
    """Whether a command succeeds; its output is the reader's."""
    return (
        subprocess.run(command, cwd=cwd, env={**ENVIRONMENT, **environment}, stdout=stdout, check=False).returncode == 0
    )


def copy_collection(target: Path, keep_links: bool) -> Path:
    """The files that a commit of everything would have."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    shutil.rmtree(target, ignore_errors=True)
    for name in filter(None, listed.split("\0")):
        if (CHECKOUT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, target / name, follow_symlinks=not keep_links)
    return target


def link(path: Path, target: Path) -> None:
    """A link to a folder, anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target, target_is_directory=True)


def python_versions() -> list[str]:
    """The Python that runs this, then those others that modules support and that start when called by their names."""
    own = "{0}.{1}".format(*sys.version_info)
    candidates = ["3.{0}".format(minor) for minor in range(9, 14)]
    return [own] + [version for version in candidates if version != own and starts("python" + version)]


def starts(program: str) -> bool:
    """Whether a program can be run; some are only a manager's placeholders."""
    if shutil.which(program) is None:
        return False
    command = [program, "-c", "import ensurepip"]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, check=False).returncode == 0


def prepare_pip(home: Path, packages: Path = PACKAGES) -> None:
    """Puts into a home folder what pip needs there, since ansible-test hands its environments little more than HOME.

    It would download pip's installer; what Python brings does as well. `packages` has the ansible-test that is to run.
    """
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    source = (packages / "ansible_test" / "_internal" / "python_requirements.py").read_text()
    for version in re.findall(r"pip='([0-9.]+)'", source):
        installer = cache / "get_pip_{0}.py".format(version.replace(".", "_"))
        installer.write_text("import ensurepip\n\nensurepip.bootstrap()\n")
    configuration = home / ".config" / "pip" / "pip.conf"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.touch(mode=0o600)
    settings = ["{0} = {1}\n".format(name, value) for name, value in pip_settings().items()]
    configuration.write_text("[global]\n" + "".join(settings))


def pip_settings() -> dict[str, str]:
    """Where pip finds packages here and whom it trusts, from its files and its variables."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = dict(line.split("=", 1) for line in listed.splitlines())
    settings = {}
    for section in ("global", "install", ":env:"):
        for name in PIP_SETTINGS:
            value = found.get("{0}.{1}".format(section, name))
            if value is not None:
                settings[name] = " ".join(ast.literal_eval(value).split())
    if "SSL_CERT_FILE" in os.environ:
        settings.setdefault("cert", os.environ["SSL_CERT_FILE"])
    return settings


def main(names: list[str]) -> int:
    """The number of checks that failed; all are run, or those of the given names."""
    (BUILD / "home").mkdir(parents=True, exist_ok=True)
    outcome = {}
    for check in CHECKS:
        if not names or check.__name__ in names:
            print("\n== {0}: {1}".format(check.__name__, (check.__doc__ or "").splitlines()[0]), flush=True)
            outcome[check.__name__] = check()
    failed = [name for name, passed in outcome.items() if not passed]
    print(
        "\n{0} passed, {1} failed{2}".format(
            len(outcome) - len(failed), len(failed), ": " * bool(failed) + ", ".join(failed)
        )
    )
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
