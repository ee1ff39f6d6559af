# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job of a controller runs in: the execution environment's packages, installed into an empty environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.lint.environments import environment
from tests.lint.tree import AMAZON, CHECKOUT, PACKAGES, link

FILE = CHECKOUT / "extensions" / "execution-environment" / "execution-environment.yml"


def requirements(depends: dict[str, Any]) -> str:
    """The execution environment's Python packages, as pip reads them."""
    tools = [depends[name]["package_pip"] for name in ("ansible_core", "ansible_runner")]
    return "".join(f"{line}\n" for line in [*tools, *depends["python"]])


def runner() -> Path:
    """The folder of the programs there, ansible-runner among them; the collection is not installed, amazon.aws is.

    Raises subprocess.CalledProcessError where it cannot be made.
    """
    depends = yaml.safe_load(FILE.read_text())["dependencies"]
    folder = environment("ansible-runner", requirements(depends))
    link(next(folder.glob("lib/python*/site-packages")) / AMAZON, PACKAGES / AMAZON)
    return folder / "bin"
