# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the tarball for Galaxy, checks what is in it, and runs it where nothing of the checkout is known.

`python -m tests.release REPOSITORY`, with the address where the collection is published; without it the tarball is
built with a placeholder and must not be published. Everything goes into build/.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.demo import onboard_twice
from tests.emulator.fleet import Emulator
from tests.lint.environments import environment
from tests.lint.tree import CHECKOUT, copy_collection
from tests.release_rules import PLACEHOLDER, Release, faults

BUILD = CHECKOUT / "build" / "release"
INVENTORY = CHECKOUT / "inventories" / "demo"
NAME = "finops_for_cloud.aws"
# The playbook that takes all down again, and so comes last.
LEAVING = "offboard"
# There is no way back from it, so that it changes nothing without being told to.
ONLY_CHECKED = "migrate_to_role"
# It makes the objects of AWX, which is not here.
OF_A_CONTROLLER = "awx"
# What a user's environment has besides the collection, as tests/requirements.txt pins it.
USERS_PACKAGES = ("ansible", "boto3", "botocore")
# Reads the declaration for execution environments, here and in `make lint`.
ANSIBLE_BUILDER = (CHECKOUT / "tests" / "requirements-ansible-builder.txt").read_text()
TO_DO = """
Left to do by hand for {name} {version}:
  1. git tag --annotate {version} --message "{name} {version}", and push the tag to {repository}
  2. ansible-galaxy collection publish {tarball}
     with a token of Galaxy from the environment (ANSIBLE_GALAXY_SERVER_...), never from a file of the checkout
  3. Read Galaxy's import log, then in an empty folder: ansible-galaxy collection install {name}:=={version} -p .
  4. Make a release of the tag at {repository}, with the version's section of CHANGELOG.rst and the tarball
  5. Announce it to those who run it, with that section
  6. Put the next version into galaxy.yml
"""


class ReleaseError(Exception):
    """Why there is no release, and what to do about it."""


def main(arguments: Sequence[str]) -> int:
    """The exit code; the only argument is the repository's address, empty for the placeholder."""
    try:
        _release(_checked_address(arguments[0]) if arguments and arguments[0] else None)
    except (ReleaseError, subprocess.CalledProcessError) as error:
        print(f"\nNO RELEASE: {error}", file=sys.stderr)
        return 1
    return 0


def _checked_address(address: str) -> str:
    if not re.fullmatch(r"https://[^/\s]+/\S*[^/\s]", address) or address.endswith(".git"):
        raise ReleaseError(
            f"REPOSITORY={address} is no address of a repository's page; give it as in {PLACEHOLDER}, "
            "with https://, without .git or a / at its end"
        )
    return address


def _release(repository: str | None) -> None:
    _say("Build the tarball")
    if repository and git("status", "--porcelain"):
        raise ReleaseError("the checkout has changes that no commit has; commit or undo them")
    tarball = build(BUILD, repository)
    files = content(tarball)
    _say("Check what is in it")
    for path in sorted(files):
        print(f"{len(files[path]):9,} {path}")
    print(f"{len(files)} files, {tarball.stat().st_size:,} bytes as {tarball.relative_to(CHECKOUT)}")
    found = faults(Release(files, git("ls-files").splitlines(), repository))
    if found:
        raise ReleaseError("the tarball is not as it should be:\n" + "".join(f"  {fault}\n" for fault in found))
    _say("Install it into an empty environment")
    installed = Installed(tarball)
    _say("Read its documentation there")
    installed.read_documentation(files)
    _say("Read what an execution environment needs")
    installed.introspect()
    _say("Onboard the demo fleet with it, twice, then the other playbooks and both ways to run a module")
    installed.onboard(sorted(_names(files, "playbooks/", ".yml")))
    version = json.loads(files["MANIFEST.json"])["collection_info"]["version"]
    print(TO_DO.format(name=NAME, version=version, repository=repository or PLACEHOLDER, tarball=tarball))
    if not repository:
        print(
            f"!!! DO NOT PUBLISH THIS TARBALL: its addresses are the placeholder {PLACEHOLDER}.\n"
            "!!! One for Galaxy is built by: make release REPOSITORY=https://..."
        )


def build(folder: Path, repository: str | None = None) -> Path:
    """Build the tarball in a folder below build/ and return its path; an earlier one there goes.

    It has the files that a commit of everything would have. repository: replaces the placeholder in all of them;
    the checkout itself stays as it is. ReleaseError where ansible-galaxy refuses.
    """
    tree = copy_collection(folder / "tree")
    if repository:
        for path in filter(Path.is_file, tree.rglob("*")):
            text = path.read_bytes()
            if PLACEHOLDER.encode() in text:
                path.write_bytes(text.replace(PLACEHOLDER.encode(), repository.encode()))
    for earlier in folder.glob("*.tar.gz"):
        earlier.unlink()
    programs = Path(sys.executable).parent
    command = ("collection", "build", tree, "--output-path", folder)
    print(run(programs / "ansible-galaxy", *command, environment=empty_environment(folder, programs)), end="")
    (tarball,) = folder.glob("*.tar.gz")
    return tarball


def content(tarball: Path) -> dict[str, bytes]:
    """The files of a tarball by their paths."""
    with tarfile.open(tarball) as archive:
        opened = {member.name: archive.extractfile(member) for member in archive if not member.isdir()}
        return {name: file.read() for name, file in opened.items() if file}


class Installed:
    """The collection as a user has it, in an environment of its own with an empty home."""

    def __init__(self, tarball: Path) -> None:
        self._programs = environment("user", _pinned(USERS_PACKAGES)) / "bin"
        self._environment = empty_environment(BUILD, self._programs)
        self._collections = BUILD / "collections"
        shutil.rmtree(self._collections, ignore_errors=True)
        self._environment["ANSIBLE_COLLECTIONS_PATH"] = str(self._collections)
        # Neither Galaxy is asked nor amazon.aws installed: that comes with the package ansible.
        options = ("--offline", "--no-deps", "-p", self._collections)
        print(self._run("ansible-galaxy", "collection", "install", tarball, *options), end="")
        listed = json.loads(self._run("ansible-galaxy", "collection", "list", NAME, "--format", "json"))
        places = [place for place, collections in listed.items() if NAME in collections]
        if places != [str(self._collections / "ansible_collections")]:
            raise ReleaseError(f"the environment has {NAME} at {', '.join(places)}: remove {BUILD} and try again")

    def read_documentation(self, files: Mapping[str, bytes]) -> None:
        """Shows every module, callback, inventory and role with ansible-doc, and takes every playbook's syntax."""
        documented = {
            "module": _names(files, "plugins/modules/", ".py"),
            "callback": _names(files, "plugins/callback/", ".py"),
            "inventory": _names(files, "plugins/inventory/", ".py"),
            "role": _names(files, "roles/", "/meta/argument_specs.yml"),
        }
        for kind, names in documented.items():
            full = sorted(f"{NAME}.{name}" for name in names)
            shown = self._run("ansible-doc", "--type", kind, *full, silent=True)
            heads = [line for line in shown.splitlines() if line.startswith("> ") and str(self._collections) in line]
            lost = [name for name in full if not any(re.search(rf"[ *]{name}[ *]", head) for head in heads)]
            if lost:
                raise ReleaseError(f"ansible-doc does not show the {kind} {', '.join(lost)}: look at its documentation")
            print(f"{kind}: {', '.join(full)}")
        for name in sorted(_names(files, "playbooks/", ".yml")):
            self._run("ansible-playbook", "--syntax-check", f"{NAME}.{name}", "-i", "payer,")
            print(f"playbook: {NAME}.{name}")

    def introspect(self) -> None:
        """Lets ansible-builder read which Python packages the collection asks for."""
        programs = environment("ansible-builder", ANSIBLE_BUILDER) / "bin"
        variables = empty_environment(BUILD, programs)
        found = run(programs / "ansible-builder", "introspect", self._collections, environment=variables)
        print(found, end="")
        for package in USERS_PACKAGES[1:]:
            if not re.search(rf"\b{package}\W.*{re.escape(NAME)}", found):
                raise ReleaseError(f"ansible-builder finds no {package}: look at meta/execution-environment.yml")

    def onboard(self, playbooks: Sequence[str]) -> None:
        """Runs the playbooks over the emulator's accounts, and one module inside the controller's process and out."""
        with Emulator(members=4) as emulator:
            description = BUILD / "emulator.json"
            emulator.write(description)
            try:
                if onboard_twice(emulator, description, self._programs, self._environment):
                    raise ReleaseError("onboarding failed or was not idempotent, see above")
                self._environment["FINOPS_EMULATOR_JSON"] = str(description)
                for name in [name for name in playbooks if name not in (LEAVING, OF_A_CONTROLLER)]:
                    self._run_playbook(name, *(["--check"] if name == ONLY_CHECKED else []))
                for in_process in (True, False):
                    self._look_at_the_user(in_process)
                self._run_playbook(LEAVING, "--extra-vars", json.dumps({"finops_confirm_delete_history": True}))
            finally:
                description.unlink(missing_ok=True)

    def _run_playbook(self, name: str, *arguments: str) -> None:
        report = str(BUILD / "report")
        folders = json.dumps({"finops_report_dir": report, "finops_report_dirs": [report]})
        self._run("ansible-playbook", f"{NAME}.{name}", "-i", INVENTORY, "--extra-vars", folders, *arguments)
        print(f"ran {NAME}.{name}")

    def _look_at_the_user(self, in_process: bool) -> None:
        options = {
            "account_id": "{{ finops_account_id }}",
            "access_key": "{{ finops_aws_access_key }}",
            "secret_key": "{{ finops_aws_secret_key }}",
            "endpoint_url": "{{ finops_aws_endpoint_url }}",
        }
        module = ("--module-name", f"{NAME}.user_info", "--args", json.dumps(options))
        how = ("--connection", "local", "--extra-vars", json.dumps({"finops_in_process": in_process}), "-vvv")
        shown = self._run("ansible", "payer", "-i", INVENTORY, *module, *how)
        # A module that runs as a process of its own is executed by a shell.
        if "FinOpsForCloudResourceDiscovery" not in shown or ("EXEC /bin/sh" in shown) == in_process:
            where = "inside" if in_process else "outside"
            raise ReleaseError(f"{NAME}.user_info does not run {where} the controller's process:\n{shown}")
        print(f"ran {NAME}.user_info {'inside' if in_process else 'outside'} the controller's process")

    def _run(self, program: str, *arguments: str | Path, silent: bool = False) -> str:
        return run(self._programs / program, *arguments, environment=self._environment, silent=silent)


def empty_environment(folder: Path, programs: Path) -> dict[str, str]:
    """A user's environment variables, with an empty home in the folder and no setting of Ansible, AWS or Python."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANSIBLE_", "AWS_", "FINOPS_", "PYTHON", "VIRTUAL_ENV"))
    }
    return {
        **kept,
        "HOME": str(home),
        "PATH": os.pathsep.join((str(programs), os.environ["PATH"])),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_INTERPRETER_PYTHON": "auto_silent",
        "COLUMNS": "200",
    }


def run(program: Path, *arguments: str | Path, environment: Mapping[str, str], silent: bool = False) -> str:
    """What a command prints; ReleaseError where it fails, or where it is to be silent and complains."""
    command = [program, *arguments]
    folder = CHECKOUT / "build"
    finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if finished.returncode or (silent and finished.stderr):
        words = f"{program.name} {' '.join(map(str, arguments))}"
        raise ReleaseError(f"{words} ended with {finished.returncode}:\n{finished.stdout}{finished.stderr}")
    return finished.stdout


def git(*arguments: str) -> str:
    """What git says of the checkout."""
    return subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout


def _pinned(packages: Sequence[str]) -> str:
    requirements = (CHECKOUT / "tests" / "requirements.txt").read_text()
    return "".join(f"{_pin(requirements, package)}\n" for package in packages)


def _pin(requirements: str, package: str) -> str:
    found = re.search(rf"^{package}==\S+", requirements, re.MULTILINE)
    if not found:
        raise ReleaseError(f"tests/requirements.txt pins no {package}")
    return found[0]


def _names(files: Mapping[str, bytes], folder: str, end: str) -> Iterator[str]:
    return (path[len(folder) : -len(end)] for path in files if path.startswith(folder) and path.endswith(end))


def _say(step: str) -> None:
    print(f"\n== {step}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
