# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies that this collection makes, and what parliament may say of them."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.bucket_policy import merged
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.policies import policy_document
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.settings import (
    BILLING_IMPORT,
    POLICY_NAMES,
    RESOURCE_DISCOVERY,
    VARIANTS,
)

PARTITION, ACCOUNT, BUCKET, PREFIX = "aws", "111122223333", "billing-export-111122223333", "reports"


@dataclass(frozen=True)
class Justification:
    """Findings that stay, and why. policies and issues: regular expressions of their names and of parliament's codes."""

    policies: str
    issues: str
    reason: str

    def fits(self, policy: str, issue: str) -> bool:
        """Whether it is about such a finding."""
        return bool(re.fullmatch(self.policies, policy) and re.fullmatch(self.issues, issue))


JUSTIFIED = (
    Justification(
        f"{BILLING_IMPORT}-documented",
        "RESOURCE_POLICY_PRIVILEGE_ESCALATION|PERMISSIONS_MANAGEMENT_ACTIONS",
        "the platform documents s3:PutBucketPolicy for reports that it makes itself; least_privilege leaves it out",
    ),
    Justification(
        f"{BILLING_IMPORT}-documented",
        "RESOURCE_MISMATCH",
        "the platform documents s3:PutObject on the bucket, where it grants nothing; least_privilege leaves it out",
    ),
    Justification(
        f"{RESOURCE_DISCOVERY}-.*",
        "RESOURCE_STAR",
        "discovery is of everything in the account, known or not; its actions only read",
    ),
)


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every policy that is generated, under a name of its own."""
    for name in POLICY_NAMES:
        for variant in VARIANTS:
            yield f"{name}-{variant}", policy_document(name, variant, PARTITION, BUCKET, PREFIX)
    yield "bucket", merged(None, PARTITION, ACCOUNT, BUCKET)


def write(folder: Path) -> list[Path]:
    """Writes each policy into a file of the folder, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    paths = []
    for name, document in documents():
        paths.append(folder / f"{name}.json")
        paths[-1].write_text(json.dumps(document, indent=2))
    return paths


def are_justified(paths: Sequence[Path], justified: Sequence[Justification] = JUSTIFIED) -> bool:
    """Whether each finding is justified and each justification needed; says all of them."""
    unused = list(justified)
    unjustified = 0
    for policy, issue, words in (found for path in paths for found in findings(path)):
        reasons = [one for one in justified if one.fits(policy, issue)]
        print(f"{policy}: {words}\n    " + (f"stays: {reasons[0].reason}" if reasons else "NOT JUSTIFIED"))
        unjustified += not reasons
        unused = [one for one in unused if one not in reasons]
    for one in unused:
        print(f"justified, but not found: {one}")
    return not unjustified and not unused


def findings(path: Path) -> Iterator[tuple[str, str, str]]:
    """What parliament and its community's auditors say of a policy: the policy's name, the issue's code, the words."""
    import parliament

    auditors = Path(parliament.__file__).parent / "community_auditors" / "config_override.yaml"
    parliament.override_config(auditors)
    policy = parliament.analyze_policy_string(path.read_text(), path.name, include_community_auditors=True)
    for finding in map(parliament.enhance_finding, policy.findings):
        detail = textwrap.shorten(f"{finding.detail} {finding.location.get('actions', '')}", 240)
        yield path.stem, finding.issue, f"{finding.severity} {finding.issue}: {finding.title}: {detail}"
