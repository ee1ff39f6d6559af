# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the gates find the collection's files and put copies of them, and how they run commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
BUILD = CHECKOUT / "build" / "lint"
PACKAGES = Path(sysconfig.get_path("purelib"))
COLLECTION = Path("ansible_collections", "finops_for_cloud", "aws")
AMAZON = Path("ansible_collections", "amazon", "aws")
AWX = Path("ansible_collections", "awx", "awx")
ENVIRONMENT = {
    **os.environ,
    "HOME": str(BUILD / "home"),
    "PATH": os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"])),
    "ANSIBLE_HOME": str(BUILD / "ansible"),
    # The virtual environment is no part of the checkout's repository, so that git does not call its files ignored.
    "GIT_CEILING_DIRECTORIES": os.pathsep.join((str(BUILD), str(PACKAGES))),
}
SKIPPED = "SKIPPED: "


class Skipped(Exception):
    """Why a gate could check nothing on this machine."""


def skip(reason: str) -> None:
    """Says what of a gate could not be checked on this machine."""
    print(SKIPPED + reason, flush=True)


def run(*command: str | Path, cwd: Path = CHECKOUT, **environment: str) -> bool:
    """Whether a command succeeds; its output is the reader's."""
    sys.stdout.flush()
    return subprocess.run(command, cwd=cwd, env={**ENVIRONMENT, **environment}, check=False).returncode == 0


def output_of(*command: str | Path, cwd: Path = CHECKOUT, **environment: str) -> str:
    """What a command writes, which the reader gets too; its exit code is not looked at."""
    settings = {**ENVIRONMENT, **environment}
    done = subprocess.run(
        command, cwd=cwd, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(done.stdout, end="", flush=True)
    return done.stdout


def files(*suffixes: str) -> list[str]:
    """The files that a commit of everything would have, relative to the checkout; those with one of the suffixes."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    names = sorted(set(filter(None, listed.split("\0"))))
    return [name for name in names if (CHECKOUT / name).is_file() and name.endswith(suffixes or "")]


def copy_collection(target: Path) -> Path:
    """A copy of `files()`, anew."""
    shutil.rmtree(target, ignore_errors=True)
    for name in files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, target / name, follow_symlinks=False)
    return target


def link(path: Path, target: Path) -> None:
    """A link to a folder, anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target, target_is_directory=True)
