# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An earlier state of this collection beside this one, as a folder that Ansible finds collections in."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

from tests.bench.emulator import CHECKOUT, BenchError

# The last commit whose visits waited for one read after the other.
COMMIT = "d7abd43"
_FOLDER = CHECKOUT / "build" / "before"
_COLLECTION = Path("ansible_collections", "finops_for_cloud", "aws")


def collections_of(before: str) -> Path:
    """The folder for ANSIBLE_COLLECTIONS_PATH; before: a commit of this repository, or the path of a checkout.

    Raises BenchError where it is neither.
    """
    folder = _FOLDER / before.strip("/").replace("/", "-")
    collection = folder / _COLLECTION
    shutil.rmtree(folder, ignore_errors=True)
    if Path(before, "galaxy.yml").is_file():
        collection.parent.mkdir(parents=True)
        collection.symlink_to(Path(before).resolve(), target_is_directory=True)
        return folder
    archive = subprocess.run(["git", "archive", before], cwd=CHECKOUT, capture_output=True, check=False)
    if archive.returncode:
        raise BenchError(
            f"BENCH_BEFORE: {before!r} is neither a checkout of this collection nor a commit in its history"
        )
    collection.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(collection, filter="data")
    return folder
