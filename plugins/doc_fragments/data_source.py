# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data source of an account: which report it reads and what it is called."""

from __future__ import annotations

import textwrap

_OPTIONS = r"""
type:
  description:
    - What the account is. V(root) is the management account of an organization, V(standalone) an account with a report
      of its own, and V(linked) a member of an organization whose management account is connected.
    - A linked data source has no report of its own and reads that of its management account.
    - The platform cannot change a data source from linked to the others, nor back.
    - What the data source is, and V(standalone) for a new one, if not given. V(root) and V(standalone) are the same to the platform.
  type: str
  choices: [root, standalone, linked]
name:
  description:
    - The data source's name on the platform, at most 235 characters. Longer ones the platform answers with an error and
      stores all the same, without their import.
    - A new data source is called V(aws-<account id>) if no name is given. One that is there keeps its name then.
  type: str
cur_name:
  description:
    - The name of the export, for root and standalone accounts.
    - What the data source reads, and V(billing-<account id>) for a new one, if not given.
  type: str
cur_bucket:
  description:
    - The bucket of the export, for root and standalone accounts.
    - What the data source reads, and V(billing-export-<account id>) for a new one, if not given.
  type: str
cur_prefix:
  description:
    - The S3 path prefix of the export, for root and standalone accounts.
    - What the data source reads, and V(reports) for a new one, if not given.
  type: str
wake:
  description:
    - Whether a linked data source is let import costs. A new one is made asleep and then woken, because one that is made
      awake has the platform import every other data source of the organization.
    - V(false) leaves it asleep, for M(finops_for_cloud.aws.history) to wake all of them in one pass.
  type: bool
  default: true
"""


_NESTED = r"""
options:
  data_source:
    description:
      - The data source that keeps the key. It is created where the account has none.
    type: dict
    suboptions:"""


class ModuleDocFragment:
    """DOCUMENTATION has these as options of the module, NESTED as those of its option data_source."""

    def __init__(self) -> None:
        self.DOCUMENTATION = "options:" + textwrap.indent(_OPTIONS, "  ")
        self.NESTED = _NESTED + textwrap.indent(_OPTIONS, "      ")
