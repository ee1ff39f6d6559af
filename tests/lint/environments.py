# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python environments: the interpreters there are, environments of a tool's own, and what pip needs in them."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tests.lint.tree import CHECKOUT, ENVIRONMENT, PACKAGES

# The versions of Python that ansible-test can test modules with.
PYTHON_VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
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


def environment(name: str, requirements: str) -> Path:
    """The folder build/environments/NAME with a virtual environment, made anew where its requirements changed.

    requirements: the text of a file as pip reads it.
    Raises subprocess.CalledProcessError where it cannot be made.
    """
    folder = CHECKOUT / "build" / "environments" / name
    stamp = folder / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != requirements:
        venv.create(folder, clear=True, symlinks=True, with_pip=True)
        install = ("-m", "pip", "install", "--quiet", "--no-compile", "--requirement", "/dev/stdin")
        subprocess.run([folder / "bin" / "python", *install], input=requirements, text=True, check=True)
        stamp.write_text(requirements)
    return folder


def own_python() -> str:
    """The version of the Python that runs this, such as C(3.11)."""
    return "{0}.{1}".format(*sys.version_info)


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
