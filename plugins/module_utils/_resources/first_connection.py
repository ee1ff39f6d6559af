# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would keep an account from being connected for the first time, found out before the first write.

What cannot be asked, or not be decided, keeps nobody: AWS itself says so at the call that it refuses.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import boto3_tag_list_to_ansible_dict
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.errors import AwsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.identities import identities, policy_name
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.simulation import Decision, simulated
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import settings
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.first_writes import Lacking
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge.procedure import CASES, ROLE
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.findings import Finding, blocked
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.policy import KINDS

_NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
# The caller has just done this, so a simulation that denies it knows too little of the caller's requests.
_CONTROL = "iam:SimulatePrincipalPolicy"
# Cases whose costs come with, or are, an organization's.
_OF_AN_ORGANIZATION = ("management", "member")


@dataclasses.dataclass(frozen=True)
class Outlook:
    """What was found out.

    management: the management account of the organization that the account is in, empty for none, None for not known.
    principal: the ARN of the caller's user or role. decisions: by action and resource.
    """

    management: str | None = None
    principal: str = ""
    decisions: Mapping[Any, Decision] = dataclasses.field(default_factory=dict)

    def findings(self, account: str, management: str | None) -> list[Finding]:
        """What is in the way. management: the management account that the inventory names, None for none."""
        found = []
        if management is not None and self.management not in (None, management):
            found.append(_other_organization(account, management, self.management))
        denied = {
            target: decision
            for target, decision in self.decisions.items()
            if decision.is_certain and not decision.is_allowed
        }
        for by_organization, made in ((True, _denied_by_organization), (False, _denied)):
            targets = sorted(
                target for target, found_out in denied.items() if found_out.by_organization is by_organization
            )
            if targets:
                found.append(made(account, self.principal, targets))
        return found


def outlook(clients: Any, options: Mapping[str, Any], identity: Mapping[str, Any]) -> Outlook:
    """Ask AWS. options: those of the module account. identity: the caller as log_in() has it."""
    management = None
    if options.get("management_account_id") and options["case"] in _OF_AN_ORGANIZATION:
        management = _known(lambda: _management(clients))
    principal, context = _known(lambda: _principal(clients, identity)) or ("", {})
    lacking = _known(lambda: _lacking(clients, options)) if principal else None
    decisions = _known(lambda: _decisions(clients, principal, context, lacking)) if lacking else None
    return Outlook(management, principal, decisions or {})


def _known(ask: Callable[[], Any]) -> Any:
    """What is answered, None where nothing is."""
    try:
        return ask()
    except FinopsError:
        return None


def _decisions(
    clients: Any, principal: str, context: Mapping[str, str], lacking: Lacking
) -> dict[tuple[str, str], Decision] | None:
    """By action and resource what AWS decides, None where that is not to be relied on."""
    control, decisions = (_CONTROL, principal), {}
    for region, targets in lacking.targets().items():
        of_requests = dict(context, **lacking.context(region))
        found = simulated(clients, principal, [control, *targets], of_requests)
        if found is None or control not in found or not found.pop(control).is_allowed:
            return None
        decisions.update(found)
    return decisions


def _management(clients: Any) -> str | None:
    try:
        answer = clients.read("organizations", "describe_organization")
    except AwsError as error:
        if error.code == _NO_ORGANIZATION:
            return ""
        raise
    management: str | None = answer["Organization"].get("MasterAccountId")
    return management


def _principal(clients: Any, identity: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """The ARN of the user or role behind the caller, and what its requests hold; None for root and the like."""
    arn, tags = identity["arn"], {}
    kind, dummy, name = arn.rsplit(":", 1)[1].partition("/")
    if kind == "assumed-role":
        # The session's ARN lacks the role's path.
        role = clients.read("iam", "get_role", RoleName=name.split("/")[0])["Role"]
        arn, tags = role["Arn"], boto3_tag_list_to_ansible_dict(role.get("Tags", []))
    elif kind != "user":
        return None
    context = dict(("aws:PrincipalTag/{0}".format(key), value) for key, value in tags.items())
    context.update({"aws:PrincipalArn": arn, "aws:PrincipalAccount": identity["account_id"]})
    return arn, dict(context, **{"aws:SecureTransport": "true", "aws:ViaAWSService": "false"})


def _lacking(clients: Any, options: Mapping[str, Any]) -> Lacking:
    """What the account lacks; of IAM by the look that the later steps share."""
    case, iam, partition = CASES[options["case"]], identities(clients), clients.partition
    arns = dict((policy_name(policy).casefold(), policy["Arn"]) for policy in iam.policies)
    iam_arn = "arn:{0}:iam::{1}:{{0}}/{{1}}".format(partition, clients.account)
    names = [KINDS[kind] for kind in case.policies]
    lacking = Lacking(
        clients.account,
        partition,
        policies=[name for name in names if name.casefold() not in arns],
        **_login(clients, options, iam_arn),
        attached=arns.get(names[0].casefold()) or iam_arn.format("policy", names[0]),
        tags=settings.tags(options.get("tags")),
        boundary=options.get("permissions_boundary"),
    )
    report = _known(lambda: _report(clients, options)) if "cur" in case.resources else None
    return dataclasses.replace(lacking, **(report or {}))


def _login(clients: Any, options: Mapping[str, Any], iam_arn: str) -> dict[str, Any]:
    """What the account has of whom the platform is to act as; iam_arn: the ARNs of its kind and name."""
    if options.get("auth") == ROLE:
        name = settings.role_name(options.get("role_name"))
        role = "" if identities(clients).role(name) else iam_arn.format("role", name)
        return {"user": "", "has_user": True, "makes_key": False, "role": role}
    name = settings.user_name(options.get("user_name"))
    user = identities(clients).user(name)
    return {
        "user": user["Arn"] if user else iam_arn.format("user", name),
        "has_user": user is not None,
        # A store may hold a key that was made earlier.
        "makes_key": clients.store is None,
    }


def _report(clients: Any, options: Mapping[str, Any]) -> dict[str, str | None]:
    """The export, and its bucket, that are missing; nothing where there is an export of that name."""
    name = settings.export_name(options.get("cur_name"), clients.account)
    listed = clients.read_all("bcm-data-exports", "list_exports", "Exports")
    if name.casefold() in {export["ExportName"].casefold() for export in listed}:
        return {}
    bucket = settings.bucket(options.get("cur_bucket"), clients.account)
    region = settings.bucket_region(options.get("cur_bucket_region"), clients.region)
    clients.use_region("s3", region)
    of_bucket = {"Bucket": bucket, "ExpectedBucketOwner": clients.account}
    try:
        exists = clients.read("s3", "head_bucket", missing=("404", "NoSuchBucket"), **of_bucket) is not None
    except FinopsError:
        exists = True
    return {"export": name, "bucket": None if exists else bucket, "bucket_region": region}


def _other_organization(account: str, expected: str, actual: str | None) -> Finding:
    where = "the organization of the management account {0}".format(actual) if actual else "no organization"
    return blocked(
        "ACCOUNT_OTHER_ORGANIZATION",
        "the account {0} is in {1}, not in that of {2}, so its costs do not arrive with that one's report".format(
            account, where, expected
        ),
        "Connect it as one of the inventory group standalone, or correct O(management_account_id). A cached inventory "
        "may be old: run with --flush-cache",
        expected=expected,
        actual=actual or None,
    )


def _denied(account: str, principal: str, targets: Sequence[tuple[str, str]]) -> Finding:
    return blocked(
        "ACCOUNT_DENIED",
        "the account {0} cannot be connected, and nothing was written: {1} may not {2}".format(
            account, principal, _listed(targets)
        ),
        "Allow it by the policies and the permissions boundary of {0}, or use another login: O(assume_role_arn), "
        "O(profile). If AWS's simulation is wrong about it, set O(preflight) to false".format(principal),
        actual=["{0} on {1}".format(*target) for target in targets],
    )


def _denied_by_organization(account: str, principal: str, targets: Sequence[tuple[str, str]]) -> Finding:
    return blocked(
        "ACCOUNT_DENIED_BY_ORGANIZATION",
        "the account {0} cannot be connected, and nothing was written: a service control policy of its organization "
        "denies {1} to {2}".format(account, _listed(targets), principal),
        "Have the management account exempt {0} from that policy, or use a login that it exempts: O(assume_role_arn), "
        "O(profile). If AWS's simulation is wrong about it, set O(preflight) to false".format(principal),
        actual=["{0} on {1}".format(*target) for target in targets],
    )


def _listed(targets: Sequence[tuple[str, str]]) -> str:
    return ", ".join(dict.fromkeys(action for action, dummy in targets))
