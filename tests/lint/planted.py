# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make planted`: each gate of `make lint` must fail on a fault that is planted for it, in a copy of the checkout.

`python -m tests.lint.planted NAME...` plants some of them. A gate that passes all the same is broken, and so is one that
fails for another reason than its fault: it has to say the words that go with it. Prints a table.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulator.serving import Server
from tests.lint.tree import BUILD, CHECKOUT, COLLECTION, PACKAGES, copy_collection, link

AT_ONCE = 2
# In two pieces, so that this file is not at fault itself.
MISSPELT = "rec" + "ieve"
ACCESS_KEY_ID = "AKIA" + "Q3EGRZTYUIWMNB5D"
VULNERABLE = "boto3"


@dataclass(frozen=True)
class Fault:
    """gate: which one has to find it, by saying words that match. path: the file; old: what new stands for; its end if None."""

    gate: str
    path: str
    old: str | None
    new: str
    said: str

    def plant(self, tree: Path) -> None:
        """Puts it into a tree; ValueError where the file is not as it is thought to be."""
        path = tree / self.path
        text = path.read_text() if path.exists() else ""
        if self.old is None:
            path.write_text(text + self.new)
        elif self.old in text:
            path.write_text(text.replace(self.old, self.new, 1))
        else:
            raise ValueError(f"{self.path} has no {self.old!r}")

    def __str__(self) -> str:
        change = self.new if self.old is None else f"{self.old} -> {self.new or 'nothing'}"
        return f"{self.path}: {' '.join(change.split())}"


FAULTS = (
    Fault("sanity", "plugins/modules/cur.py", "type: str", "type: text", "cur.py:.*Got 'text'"),
    Fault("galaxy", "galaxy.yml", "repository: https", "# https", "'repository' is required"),
    Fault(
        "documentation",
        "plugins/modules/account.py",
        "O(finops_for_cloud.aws.cur#",
        "O(finops_for_cloud.aws.cul#",
        "there is no module finops_for_cloud.aws.cul",
    ),
    Fault(
        "ansible_lint", "roles/member/tasks/main.yml", None, "\n- ansible.builtin.command: 'true'\n", "no-changed-when"
    ),
    Fault("vulnerabilities", "tests/requirements.txt", None, "# as it is, but known to be bad\n", "PLANTED-1"),
    Fault("types", "tests/release.py", None, '\nWRONG: int = "word"\n', "release.py:.*Incompatible types"),
    Fault("hooks", ".pre-commit-config.yaml", "language: system", "language: cobol", "Expected one of"),
    Fault(
        "rights",
        "plugins/module_utils/_knowledge/policies.py",
        "GetBucketTagging",
        "GetBucketTaggings",
        "UNKNOWN_ACTION",
    ),
    Fault("changelog", "changelogs/fragments/planted.yml", None, "---\nnonsense:\n  - New.\n", "invalid section"),
    Fault(
        "execution_environment",
        "meta/ee-requirements.txt",
        "boto3>=1.34.0",
        "boto3>=1.20.0",
        "introspect finds the Python packages .*boto3>=1.20.0",
    ),
    Fault("licences", "plugins/module_utils/planted.py", None, "ONE = 1\n", "module_utils/planted.py"),
    Fault("secrets", "docs/limits.md", None, f"\n`{ACCESS_KEY_ID}`\n", "docs/limits.md:.* AWS Access Key is new"),
    Fault("spelling", "README.md", None, f"\nWe {MISSPELT}.\n", f"{MISSPELT} ==> "),
    Fault("layout_of_yaml", "galaxy.yml", "tags:", "tags:  ", "trailing spaces"),
    Fault("addresses", "README.md", None, "\n[Limits](docs/limits.md)\n", "must be absolute"),
    Fault("generated", "galaxy.yml", "version: 1.0.0", "version: 9.9.9", "is out of date"),
    Fault("code", "tests/release.py", None, "\nimport os\n", "F811|E402|F401"),
    Fault("layout", "tests/release.py", None, "\nx  =  1\n", "Would reformat|would be reformatted"),
)


@dataclass(frozen=True)
class Outcome:
    """What a gate said of its fault; said is empty where it did not find it."""

    fault: Fault
    said: str


def try_out(fault: Fault) -> Outcome:
    """Plants a fault in a copy and runs its gate there."""
    root = BUILD / "planted" / fault.gate
    shutil.rmtree(root, ignore_errors=True)
    tree = copy_collection(root / COLLECTION)
    # Gates' own environments are made once, and stay.
    environments = CHECKOUT / "build" / "environments"
    environments.mkdir(parents=True, exist_ok=True)
    link(tree / "build" / "environments", environments)
    fault.plant(tree)
    for arguments in (("init", "--quiet"), ("add", "--all")):
        subprocess.run(["git", *arguments], cwd=tree, check=True)
    environment = {**os.environ, "PYTHONPATH": str(root), "ANSIBLE_COLLECTIONS_PATH": f"{root}:{PACKAGES}"}
    command = (sys.executable, "-m", "tests.lint", fault.gate)
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if re.search(fault.said, line)]
    (root / "output.txt").write_text(done.stdout + done.stderr)
    return Outcome(fault, lines[0] if done.returncode == 1 and lines else "")


def feed(environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A service of vulnerabilities as OSV's, which knows one."""
    query = json.loads(environment["wsgi.input"].read(int(environment["CONTENT_LENGTH"])))
    package = query["package"]
    known = {"id": "PLANTED-1", "summary": "planted", "affected": [{"package": package}]}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"vulns": [known]} if package["name"] == VULNERABLE else {}).encode()]


def table(outcomes: Iterable[Outcome]) -> str:
    """A row for each gate."""
    rows: list[tuple[str, ...]] = [("gate", "planted fault", "what it said")]
    for outcome in outcomes:
        words = (str(outcome.fault), outcome.said or "NOT FOUND")
        rows.append((outcome.fault.gate, *(textwrap.shorten(word, 70, placeholder=" ...") for word in words)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def main(names: Sequence[str]) -> int:
    """The exit code: 1 if a gate does not find its fault."""
    chosen = [fault for fault in FAULTS if not names or fault.gate in names]
    server = Server(feed)
    os.environ.update(PIP_AUDIT_VULNERABILITY_SERVICE="osv", PIP_AUDIT_OSV_URL=server.url)
    outcomes = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for outcome in pool.map(try_out, chosen):
            print(f"{outcome.fault.gate}: {'found' if outcome.said else 'NOT FOUND'}", flush=True)
            outcomes.append(outcome)
    server.stop()
    found = sum(bool(outcome.said) for outcome in outcomes)
    print(table(outcomes))
    print(f"{found} of {len(outcomes)} planted faults found")
    return 0 if outcomes and found == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
