# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single faults, each planted into an account of its own, with the link and the code under which it must be found."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.emulator.aws.exports_store import StoredExport
from tests.emulator.aws.s3_buckets import find_bucket
from tests.integration.playbook import Variables
from tests.proof import delivered_files
from tests.proof.healthy import Proven

USER, DISCOVERY, BILLING = "FinOpsForCloudUser", "FinOpsForCloudResourceDiscovery", "FinOpsForCloudBillingImport"
Act = Callable[[Proven, Variables], object]
# What follows where no file of any month is found.
_NO_COST = ("cost", "COST_NOT_DELIVERED")


@dataclasses.dataclass(frozen=True)
class Plant:
    """A fault: its name, the case of the account that it goes into, where it is found, and how it is planted.

    also: what else follows from the same fault, as link and code.
    """

    name: str
    case: str
    link: str
    code: str
    act: Act
    also: frozenset[tuple[str, str]] = frozenset()

    @property
    def expected(self) -> set[tuple[str, str]]:
        """All links and codes that an audit must tell of the account, and nothing else."""
        return {(self.link, self.code), *self.also}


def all_plants() -> list[Plant]:
    """Every one of them."""
    return [
        *_of_the_export(),
        *_of_the_bucket(),
        *_of_deliveries(),
        *_of_columns(),
        *_of_policies(),
        *_of_the_user(),
        *_of_keys(),
        *_of_the_source(),
        *_of_costs(),
    ]


def _export(fleet: Proven, account: Variables) -> StoredExport:
    account_id = account["finops_account_id"]
    return fleet.emulator.aws._export(account_id, f"billing-{account_id}")[1]


def _bucket(account: Variables) -> str:
    return f"billing-export-{account['finops_account_id']}"


def _arn(account: Variables, name: str) -> str:
    return f"arn:aws:iam::{account['finops_account_id']}:policy/{name}"


def _document(*actions: str, effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _standalone(name: str, link: str, code: str, act: Act, *also: tuple[str, str]) -> Plant:
    return Plant(name, "standalone", link, code, act, frozenset(also))


def _member(name: str, link: str, code: str, act: Act, *also: tuple[str, str]) -> Plant:
    return Plant(name, "member", link, code, act, frozenset(also))


def _of_the_export() -> Iterator[Plant]:
    def deleted(fleet: Proven, account: Variables) -> None:
        exports = fleet.client("bcm-data-exports", account)
        exports.delete_export(ExportArn=_export(fleet, account).arn)

    def query(change: Callable[[str], str]) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            content = _export(fleet, account).definition["DataQuery"]
            content["QueryStatement"] = change(content["QueryStatement"])

        return act

    def table(name: str, value: str) -> Act:
        return lambda fleet, account: _export(fleet, account).properties.update({name: value})

    def output(**values: str) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            place = _export(fleet, account).definition["DestinationConfigurations"]["S3Destination"]
            place["S3OutputConfigurations"].update(values)

        return act

    def place(**values: str) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            _export(fleet, account).definition["DestinationConfigurations"]["S3Destination"].update(values)

        return act

    def unhealthy(reason: str) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            account_id = account["finops_account_id"]
            fleet.emulator.set_export_health(account_id, f"billing-{account_id}", reason)

        return act

    yield _standalone("export deleted", "export", "CUR_MISSING", deleted, ("execution", "EXECUTION_NONE"))
    without = query(lambda text: text.replace("line_item_blended_cost, ", ""))
    yield _standalone("a column taken out of the query", "configuration", "CUR_DIFFERS", without)
    yield _standalone("WHERE", "export", "CUR_ROWS_CUT", query(lambda text: f"{text} WHERE line_item_blended_cost > 1"))
    yield _standalone("LIMIT", "export", "CUR_ROWS_CUT", query(lambda text: f"{text} LIMIT 10"))
    for name, value in (
        ("TIME_GRANULARITY", "DAILY"),
        ("TIME_GRANULARITY", "MONTHLY"),
        ("INCLUDE_RESOURCES", "FALSE"),
        ("INCLUDE_SPLIT_COST_ALLOCATION_DATA", "TRUE"),
    ):
        yield _standalone(f"{name} {value}", "configuration", "CUR_TABLE", table(name, value))
    csv = output(Format="TEXT_OR_CSV", Compression="GZIP")
    yield _standalone("format CSV", "files", "CUR_FORMAT", csv)
    yield _standalone("a folder for each delivery", "files", "CUR_FORMAT", output(Overwrite="CREATE_NEW_REPORT"))
    moved = place(S3Prefix="elsewhere")
    yield _standalone(
        "delivered under another prefix", "source", "SOURCE_REPORT", moved, ("files", "FILES_NONE"), _NO_COST
    )
    for reason in ("INSUFFICIENT_PERMISSION", "BILL_OWNER_CHANGED", "INTERNAL_FAILURE", "DEPRECATED"):
        yield _standalone(f"unhealthy: {reason}", "export", "CUR_UNHEALTHY", unhealthy(reason))


def _of_the_bucket() -> Iterator[Plant]:
    def block(**flags: bool) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            s3 = fleet.client("s3", account)
            known = s3.get_public_access_block(Bucket=_bucket(account))["PublicAccessBlockConfiguration"]
            s3.put_public_access_block(Bucket=_bucket(account), PublicAccessBlockConfiguration={**known, **flags})

        return act

    def call(operation: str, **parameters: Any) -> Act:
        return lambda fleet, account: getattr(fleet.client("s3", account), operation)(
            Bucket=_bucket(account), **parameters
        )

    def denied(fleet: Proven, account: Variables) -> None:
        s3 = fleet.client("s3", account)
        policy = json.loads(s3.get_bucket_policy(Bucket=_bucket(account))["Policy"])
        where = f"arn:aws:s3:::{_bucket(account)}/*"
        denial = {"Sid": "Freeze", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": where}
        policy["Statement"].append(denial)
        s3.put_bucket_policy(Bucket=_bucket(account), Policy=json.dumps(policy))

    for flag in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"):
        yield _standalone(f"{flag} off", "configuration", "BUCKET_PUBLIC", block(**{flag: False}))
    yield _standalone("no public access block", "configuration", "BUCKET_PUBLIC", call("delete_public_access_block"))
    ownership = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    owners = call("put_bucket_ownership_controls", OwnershipControls=ownership)
    yield _standalone("objects of others", "configuration", "BUCKET_OWNERSHIP", owners)
    yield _standalone("no bucket policy", "configuration", "BUCKET_STATEMENT", call("delete_bucket_policy"))
    yield _standalone("the service denied", "configuration", "BUCKET_POLICY_DENIES", denied)


def _of_deliveries() -> Iterator[Plant]:
    def failed(status: str) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            export = _export(fleet, account)
            last = dict(export.executions[-1], ExecutionId="11111111-2222-4333-8444-555555555555")
            last["ExecutionStatus"] = {
                **last["ExecutionStatus"],
                "StatusCode": status,
                "StatusReason": "INTERNAL_FAILURE",
            }
            export.executions.append(last)

        return act

    def aged(days: int) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            bucket = find_bucket(_bucket(account))
            assert bucket is not None
            for key in bucket.keys.values():
                key.last_modified -= datetime.timedelta(days=days)

        return act

    def with_files(change: Callable[[delivered_files.Files], None]) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            change(delivered_files.Files(fleet.client("s3", account), _bucket(account), fleet.past.now))

        return act

    for status in ("QUERY_FAILURE", "DELIVERY_FAILURE"):
        yield _standalone(status, "execution", "EXECUTION_FAILED", failed(status))
    yield _standalone("no delivery for three days", "files", "FILES_STALE", aged(3))
    yield _standalone("files deleted", "files", "FILES_NONE", with_files(lambda files: files.delete("")), _NO_COST)
    this_month = with_files(lambda files: files.delete(f"BILLING_PERIOD={files.month}"))
    yield _standalone(
        "this month's files deleted", "files", "FILES_MONTH_MISSING", this_month, ("files", "FILES_STALE")
    )
    no_manifest = with_files(lambda files: files.delete("Manifest.json"))
    yield _standalone("no manifest", "files", "FILES_NO_MANIFEST", no_manifest)
    short = with_files(lambda files: files.name_another_in_manifest())
    yield _standalone("a file of the manifest is not there", "files", "FILES_SHORT", short)
    beside = with_files(lambda files: files.put_beside("export-00001.csv.gz"))
    yield _standalone("CSV beside Parquet", "files", "FILES_OTHER_FORMAT", beside)


def _of_columns() -> Iterator[Plant]:
    def without(column: str) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            delivered_files.Files(fleet.client("s3", account), _bucket(account), fleet.past.now).drop_column(column)

        return act

    for column in (
        "line_item_usage_start_date",
        "line_item_usage_end_date",
        "line_item_line_item_type",
        "line_item_operation",
    ):
        yield _standalone(f"no {column}", "columns", "COLUMNS_MISSING", without(column))
    for column in ("bill_billing_period_start_date", "product", "line_item_resource_id"):
        yield _standalone(f"no {column}", "columns", "COLUMNS_WANTED", without(column))


def _of_policies() -> Iterator[Plant]:
    def changed(policy: str, change: Callable[[set[str]], set[str]]) -> Act:
        """One action more or less, in the statement that has it."""

        def act(fleet: Proven, account: Variables) -> None:
            iam = fleet.client("iam", account)
            arn = _arn(account, policy)
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            for statement in document["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                statement["Action"] = sorted(change(set(actions)))
            document["Statement"] = [one for one in document["Statement"] if one["Action"]]
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document), SetAsDefault=True)

        return act

    def detached(fleet: Proven, account: Variables) -> None:
        fleet.client("iam", account).detach_user_policy(UserName=USER, PolicyArn=_arn(account, DISCOVERY))

    def deleted(fleet: Proven, account: Variables) -> None:
        detached(fleet, account)
        fleet.client("iam", account).delete_policy(PolicyArn=_arn(account, DISCOVERY))

    def less(policy: str, action: str) -> Act:
        return changed(policy, lambda actions: actions - {action})

    def more(policy: str, action: str) -> Act:
        return changed(policy, lambda actions: actions | {action})

    for action in _DISCOVERY_ACTIONS:
        yield _member(f"discovery without {action}", "configuration", "POLICY_DOCUMENT", less(DISCOVERY, action))
    for action in ("s3:GetObject", "s3:GetBucketLocation", "s3:ListBucket", "s3:PutBucketPolicy", "s3:PutObject"):
        yield _standalone(f"billing without {action}", "configuration", "POLICY_DOCUMENT", less(BILLING, action))
    extra = more(DISCOVERY, "ec2:TerminateInstances")
    yield _member("discovery with one action more", "configuration", "POLICY_DOCUMENT", extra)
    extra = more(BILLING, "s3:DeleteObject")
    yield _standalone("billing with one action more", "configuration", "POLICY_DOCUMENT", extra)
    yield _member("policy detached", "configuration", "USER_POLICY_MISSING", detached)
    gone = ("configuration", "USER_POLICY_MISSING")
    yield _member("policy deleted", "configuration", "POLICY_MISSING", deleted, gone)


def _of_the_user() -> Iterator[Plant]:
    def iam(operation: str, **parameters: Any) -> Act:
        return lambda fleet, account: getattr(fleet.client("iam", account), operation)(UserName=USER, **parameters)

    def in_a_group(fleet: Proven, account: Variables) -> None:
        client = fleet.client("iam", account)
        client.create_group(GroupName="operators")
        client.put_group_policy(
            GroupName="operators", PolicyName="some", PolicyDocument=_document("s3:ListAllMyBuckets")
        )
        client.add_user_to_group(UserName=USER, GroupName="operators")

    def bound(fleet: Proven, account: Variables) -> None:
        client = fleet.client("iam", account)
        arn = client.create_policy(PolicyName="boundary", PolicyDocument=_document("s3:ListAllMyBuckets"))["Policy"][
            "Arn"
        ]
        client.put_user_permissions_boundary(UserName=USER, PermissionsBoundary=arn)

    def with_excess(fleet: Proven, account: Variables) -> None:
        client = fleet.client("iam", account)
        arn = client.create_policy(PolicyName=BILLING, PolicyDocument=_document("s3:GetObject"))["Policy"]["Arn"]
        client.attach_user_policy(UserName=USER, PolicyArn=arn)

    password = iam("create_login_profile", Password="a-Password-of-2026")  # pragma: allowlist secret
    yield _member("console password", "configuration", "USER_CONSOLE_ACCESS", password)
    inline = iam("put_user_policy", PolicyName="extra", PolicyDocument=_document("s3:ListAllMyBuckets"))
    yield _member("inline policy", "configuration", "USER_INLINE_POLICY", inline)
    anything = iam("put_user_policy", PolicyName="all", PolicyDocument=_document("*"))
    inline_as_well = ("configuration", "USER_INLINE_POLICY")
    yield _member("administrator", "configuration", "USER_ADMINISTRATOR", anything, inline_as_well)
    foreign = iam("attach_user_policy", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    yield _member("foreign policy", "configuration", "USER_POLICY_FOREIGN", foreign)
    yield _member("group", "configuration", "USER_GROUP", in_a_group)
    yield _member("boundary that denies", "configuration", "USER_BOUNDARY_DENIES", bound)
    yield _member("billing policy of a member", "configuration", "USER_POLICY_EXCESS", with_excess)


def _of_keys() -> Iterator[Plant]:
    def key_of(fleet: Proven, account: Variables) -> str:
        return str(fleet.sources()[account["finops_account_id"]]["config"]["access_key_id"])

    def inactive(fleet: Proven, account: Variables) -> None:
        key_id = key_of(fleet, account)
        fleet.client("iam", account).update_access_key(UserName=USER, AccessKeyId=key_id, Status="Inactive")

    def deleted(fleet: Proven, account: Variables) -> None:
        fleet.client("iam", account).delete_access_key(UserName=USER, AccessKeyId=key_of(fleet, account))

    def old(fleet: Proven, account: Variables) -> None:
        fleet.emulator.faults.age_key(key_of(fleet, account), days=100)

    def extra(fleet: Proven, account: Variables) -> None:
        fleet.client("iam", account).create_access_key(UserName=USER)

    yield _member("key inactive", "credentials", "KEY_BROKEN", inactive)
    yield _member("key deleted", "credentials", "KEY_BROKEN", deleted)
    yield _member("key of 100 days", "credentials", "KEY_DUE", old)
    yield _member("a second key", "credentials", "KEY_FOREIGN", extra)


def _of_the_source() -> Iterator[Plant]:
    def set_to(**values: Any) -> Act:
        return lambda fleet, account: fleet.set_source(account, **values)

    def import_failed(fleet: Proven, account: Variables) -> None:
        fleet.past.fail_import(account["finops_account_id"], "AccessDenied")

    def stalled(fleet: Proven, account: Variables) -> None:
        done = int(fleet.past.now.timestamp()) - 4 * 86400
        times = ("last_import_at", "last_import_modified_at", "last_import_attempt_at")
        fleet.set_source(account, **dict.fromkeys(times, done))

    def discovery(**info: Any) -> Act:
        def act(fleet: Proven, account: Variables) -> None:
            source = next(one for one in fleet.sources().values() if one["account_id"] == account["finops_account_id"])
            stored = fleet.emulator.platform.store.cloud_account(source["id"])
            assert stored is not None
            details = stored.details
            infos = details["discovery_infos"]
            changed = {**details, "discovery_infos": {**infos, "instance": {**infos["instance"], **info}}}
            fleet.set_source(account, details=changed)

        return act

    def of_another_type(fleet: Proven, account: Variables) -> None:
        store = fleet.emulator.platform.store
        source = store.cloud_account(fleet.sources()[account["finops_account_id"]]["id"])
        assert source is not None
        keys = {key: source.config[key] for key in ("access_key_id", "secret_access_key")}
        store.put(dataclasses.replace(source, config={**keys, "linked": True}))

    def removed(fleet: Proven, account: Variables) -> None:
        fleet.remove_source(account)

    def variable(name: str, value: str) -> Act:
        return lambda fleet, account: account.update({name: value})

    # Nobody has used the key, so that nothing but the note at the user says whose it is.
    nobodys = (("credentials", "KEY_MISSING"), ("credentials", "KEY_ORPHANED"), ("cost", "COST_NO_SOURCE"))
    yield _member("no data source", "source", "SOURCE_MISSING", removed, *nobodys)
    yield _member("another name", "source", "SOURCE_NAME", variable("finops_data_source_name", "Another"))
    no_role = variable("finops_assume_role_arn", "arn:aws:iam::111122223333:role/Gone")
    yield _member("no role", "login", "ACCOUNT_NO_LOGIN", no_role)
    everywhere = (("login", "OPTION_INVALID"), ("credentials", "OPTION_INVALID"))
    bad = variable("finops_user_name", "no/slash")
    yield _member("a bad variable", "configuration", "OPTION_INVALID", bad, *everywhere)
    yield _member("asleep", "source", "SOURCE_IMPORT_OFF", set_to(auto_import=False))
    no_advice = set_to(process_recommendations=False)
    yield _member("no recommendations", "source", "SOURCE_RECOMMENDATIONS_OFF", no_advice)
    yield _standalone(
        "wrong type", "source", "SOURCE_TYPE_WRONG", of_another_type, ("source", "SOURCE_LEFT_ORGANIZATION")
    )
    yield _standalone("import error", "import", "SOURCE_IMPORT_FAILED", import_failed)
    yield _standalone("import stalled", "import", "IMPORT_STALE", stalled)
    failed = discovery(last_error_at=4_000_000_000, last_error="UnauthorizedOperation")
    yield _member("discovery of instances fails", "discovery", "DISCOVERY_FAILED", failed)
    yield _member("instances never discovered", "discovery", "DISCOVERY_NEVER", discovery(last_discovery_at=0))


def _of_costs() -> Iterator[Plant]:
    def forgotten(fleet: Proven, account: Variables) -> None:
        expenses = fleet.emulator.platform.store.expenses
        charges = expenses._charges[fleet.sources()[account["finops_account_id"]]["id"]]
        charge = next(one for one in charges if f"{one.first:%Y-%m}" == fleet.past.last_month)
        charges[charge] += 0.01
        expenses._daily.clear()

    yield _member("a cent too much", "cost", "COST_DIFFERS", forgotten)


_DISCOVERY_ACTIONS = (
    "bcm-data-exports:GetExport",
    "bcm-data-exports:ListExports",
    "cloudwatch:GetMetricStatistics",
    "cur:DescribeReportDefinitions",
    "ec2:Describe*",
    "elasticloadbalancing:Describe*",
    "iam:GetAccessKeyLastUsed",
    "iam:GetLoginProfile",
    "iam:ListAccessKeys",
    "iam:ListUsers",
    "s3:GetAnalyticsConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketTagging",
    "s3:GetIntelligentTieringConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetObject",
    "s3:ListAllMyBuckets",
    "s3:ListBucket",
)
