# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make generated`: writes the files that are made from others; `--check` only tells which of them are out of date.

The roles' argument specifications come from the table of settings and the modules' own specifications, and
`_version.py` from the version in galaxy.yml. `make lint` fails where this was forgotten.
"""

from __future__ import annotations

import dataclasses
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._module import argument_spec
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._settings_table import SETTINGS
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._shell import RESOURCES

CHECKOUT = Path(__file__).resolve().parent.parent
WIDTH = 120
HEADER = """\
---
# Made by `make generated` from plugins/plugin_utils/_settings_table.py; change it there.
argument_specs:
"""
VERSION = '''\
# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Made by `make generated` from galaxy.yml; change it there.
"""The collection's version, as AWS's and the platform's logs see it."""

from __future__ import annotations

VERSION = "{0}"
USER_AGENT = "finops_for_cloud.aws/" + VERSION
'''


@dataclasses.dataclass(frozen=True)
class Role:
    """What a role connects, in words. account: that account in a sentence. description: paragraphs on what it does."""

    account: str
    description: Sequence[str]


ROLES = {
    "management": Role(
        "the management account of an AWS organization",
        [
            "Does what the platform documents for a management account. It makes the Cost and Usage Report with its "
            "bucket, the policies for billing import and resource discovery, the user and its access key, and the data "
            "source of type AWS Root.",
            "Member accounts are not connected by this. Each of them takes the role "
            "P(finops_for_cloud.aws.member#role), after this one.",
        ],
    ),
    "member": Role(
        "a member account of an AWS organization",
        [
            "Does what the platform documents for a member whose management account is connected too. It makes the "
            "policy for resource discovery, the user and its access key, and the data source of type AWS Linked. The "
            "costs come from the management account's report.",
            "A member whose management account is out of reach takes the role P(finops_for_cloud.aws.standalone#role).",
        ],
    ),
    "standalone": Role(
        "an account that has a report of its own",
        [
            "Does what the platform documents for an account that is in no organization, and for a member whose "
            "management account is out of reach. It makes the Cost and Usage Report with its bucket, the policies for "
            "billing import and resource discovery, the user and its access key, and the data source.",
        ],
    ),
}
LOOKS = [
    "Compares everything that the role makes with what is wanted, and changes nothing. The results' C(findings) say what "
    "is not right, each with a stable code; the page C(docs/findings.md) of this collection lists them all.",
    "It goes on past what is wrong or cannot be read, so that one look finds all there is.",
]
LEAVES = [
    "Walks the procedure backwards. It deletes the data source with its history, keys, user, policies and the export, and takes our "
    "statement out of the bucket's policy. Needs O(finops_confirm_delete_history). The bucket and its files stay, unless "
    "O(finops_purge_bucket) says otherwise.",
    "What others attached to one of these is named and keeps that one alone; the page C(docs/offboarding.md) of this "
    "collection tells what counts as ours.",
]
ROTATES = [
    "Replaces the key in service without a gap, once it is O(finops_key_max_age_days) old, or at once under "
    "O(finops_rotate_now). The page C(docs/key_lifecycle.md) of this collection tells what becomes of every key.",
]


def main(arguments: list[str]) -> int:
    """Writes every file that is out of date; the number of them under `--check`, which writes none."""
    outdated = {path: text for path, text in files().items() if not path.exists() or path.read_text() != text}
    if "--check" in arguments:
        for path in outdated:
            print(f"{path.relative_to(CHECKOUT)} is out of date: run make generated")
        return len(outdated)
    for path, text in outdated.items():
        path.write_text(text)
    return 0


def files() -> dict[Path, str]:
    """Every generated file, with what it must contain."""
    version = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())["version"]
    return {
        CHECKOUT / "plugins" / "module_utils" / "_version.py": VERSION.format(version),
        **{specification_path(case): specification(case) for case in procedure.CASES},
    }


def specification_path(case: str) -> Path:
    """The file that Ansible reads a role's argument specifications from."""
    return CHECKOUT / "roles" / case / "meta" / "argument_specs.yml"


def specification(case: str) -> str:
    """The argument specifications of a case's role, for each of its entry points."""
    role = ROLES[case]
    common = _lines(_options(case, only_to_rotate=False), 6)
    rotating = _lines(_options(case, only_to_rotate=True), 6)
    entries = (
        [*_entry("main", "Connect " + role.account, role.description), "    options: &options", *common],
        [*_entry("audit", "Look at " + role.account, LOOKS), "    options: *options"],
        [*_entry("offboard", "Offboard " + role.account, LEAVES), "    options: *options"],
        [
            *_entry("rotate_key", "Rotate the access key of " + role.account, ROTATES),
            "    options:",
            "      <<: *options",
            *rotating,
        ],
    )
    return HEADER + "\n\n".join("\n".join(entry) for entry in entries) + "\n"


def _entry(name: str, short_description: str, description: Sequence[str]) -> Iterator[str]:
    about = {
        "short_description": short_description,
        "version_added": "1.0.0",
        "author": ["The finops_for_cloud.aws contributors"],
        "description": description,
    }
    return _lines({name: about}, 2)


def _options(case: str, only_to_rotate: bool) -> dict[str, Any]:
    specs = {module: argument_spec(RESOURCES[module], info=False) for module in procedure.MODULES}
    return {
        setting.variable: {**setting.specification(specs), "description": setting.words}
        for setting in SETTINGS
        if case in setting.cases and setting.only_to_rotate == only_to_rotate
    }


def _lines(mapping: Mapping[str, Any], indent: int) -> Iterator[str]:
    """A mapping in YAML: mappings in it indented, paragraphs wrapped, other lists and scalars on one line."""
    for key, value in mapping.items():
        head = " " * indent + key + ":"
        if isinstance(value, Mapping):
            yield head
            yield from _lines(value, indent + 2)
        elif key in ("author", "description"):
            yield head
            for paragraph in value:
                yield from _wrapped(paragraph, indent + 2)
        else:
            yield head + " " + _inline(value)


def _wrapped(paragraph: str, indent: int) -> list[str]:
    return textwrap.wrap(
        paragraph,
        WIDTH,
        initial_indent=" " * indent + "- ",
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _inline(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, width=WIDTH).removesuffix("\n...\n").strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
