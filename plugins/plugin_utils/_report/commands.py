# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that a reader may copy into a shell: only such as hold nothing that a shell would take for its own."""

from __future__ import annotations

import re

MEND = "ansible-playbook finops_for_cloud.aws.onboard"
PROVE = "ansible-playbook finops_for_cloud.aws.audit"
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
# A command of the AWS CLI inside a text, with one value for each option.
_VALUE = r"[A-Za-z0-9_/][A-Za-z0-9_./:=@,+-]*[A-Za-z0-9_/]|[A-Za-z0-9_/]"
_AWS = re.compile(r"(?<![\w-])aws [a-z0-9-]+ [a-z0-9-]+(?: --[a-z0-9-]*[a-z0-9](?: (?:{0}))?)*".format(_VALUE))


def limit(host: str) -> str:
    """What limits a playbook to the host; empty where its name would mean something to a shell or in a pattern of hosts."""
    return "--limit " + host if _HOST.fullmatch(host) else ""


def found_in(text: str) -> list[str]:
    """The commands of the AWS CLI that a text names."""
    return [match[0] for match in _AWS.finditer(text)]
