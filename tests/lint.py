# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make lint` runs: every check that needs no emulator, each in its own words; fails if any of them does.

`python -m tests.lint NAME...` runs some of them. Nothing is written outside build/, and nothing but the package index
is needed: no Docker, no Galaxy.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
BUILD = CHECKOUT / "build" / "lint"
BIN = Path(sys.executable).parent
PACKAGES = Path(sysconfig.get_path("purelib"))
COLLECTION = Path("ansible_collections", "finops_for_cloud", "aws")
ROLES = ("management", "member", "standalone")
# Keys of pip's own configuration that say where packages come from and whom to trust.
PIP_SETTINGS = ("cert", "client-cert", "proxy", "trusted-host", "index-url", "extra-index-url", "find-links", "no-index")


def run(*command: str | Path, cwd: Path = CHECKOUT, **environment: str) -> bool:
    """Whether a command succeeds; its output is the reader's."""
    words = [str(word) for word in command]
    surroundings = {**os.environ, "PATH": os.pathsep.join((str(BIN), os.environ["PATH"])), **environment}
    return subprocess.run(words, cwd=cwd, env=surroundings, check=False).returncode == 0


def sanity() -> bool:
    """ansible-test sanity over a copy of the files that git knows or would know, amazon.aws beside it."""
    home = BUILD / "home"
    tree = BUILD / COLLECTION
    copy_collection(tree)
    link_amazon_aws(BUILD / "ansible_collections" / "amazon")
    prepare_home(home)
    return run("ansible-test", "sanity", "--color", "no", cwd=tree, HOME=str(home))


def copy_collection(target: Path) -> None:
    """The tree as a commit of everything would have it; links stay links."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=CHECKOUT, capture_output=True, check=True
    )
    shutil.rmtree(target, ignore_errors=True)
    for name in filter(None, listing.stdout.decode().split("\0")):
        source = CHECKOUT / name
        if source.is_symlink() or source.exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name, follow_symlinks=False)
    # ansible-test asks the nearest repository for the files, and this checkout's ignores the copy.
    subprocess.run(["git", "init", "--quiet", target], check=True)


def link_amazon_aws(target: Path) -> None:
    """The dependency where ansible-test looks for it."""
    target.mkdir(parents=True, exist_ok=True)
    link = target / "aws"
    if not link.is_symlink():
        link.symlink_to(PACKAGES / "ansible_collections" / "amazon" / "aws", target_is_directory=True)


def prepare_home(home: Path) -> None:
    """A home folder for ansible-test, which hands little more than HOME to the pip of its environments.

    It would download pip's installer; what Python brings does as well and needs no network.
    """
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    source = (PACKAGES / "ansible_test" / "_internal" / "python_requirements.py").read_text()
    for version in re.findall(r"pip='([0-9.]+)'", source):
        installer = cache / "get_pip_{0}.py".format(version.replace(".", "_"))
        installer.write_text("import ensurepip\n\nensurepip.bootstrap()\n")
    configuration = home / ".config" / "pip" / "pip.conf"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.touch(mode=0o600)
    configuration.write_text("[global]\n" + "".join("{0} = {1}\n".format(*setting) for setting in pip_settings().items()))


def pip_settings() -> dict[str, str]:
    """Where pip finds packages here and whom it trusts: from its files, then its variables."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    found = dict(line.split("=", 1) for line in lines)
    settings = {}
    for section in ("global", "install", ":env:"):
        for name in PIP_SETTINGS:
            if (key := "{0}.{1}".format(section, name)) in found:
                settings[name] = "\n    ".join(ast.literal_eval(found[key]).split())
    if "cert" not in settings and os.environ.get("SSL_CERT_FILE"):
        settings["cert"] = os.environ["SSL_CERT_FILE"]
    return settings


if __name__ == "__main__":
    sys.exit(not sanity())
