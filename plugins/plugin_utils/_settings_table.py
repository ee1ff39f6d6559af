# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one table of the roles' variables: of which options each is, in which roles, and what it means.

C(_role_variables.py) takes from it which variable becomes which option, and C(tests/generated.py) writes the roles'
argument specifications with it. What a value may be (type, elements, choices, no_log) and its default are the
options', in the modules' argument specifications, and stand here only where there is no option.
"""

from __future__ import annotations

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import procedure, settings
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._setting import Setting

_PLATFORM = ("account", "access_key", "data_source", "former_login", "reimport", "backfill")
_STORE = ("account", "access_key")
_WITH_REPORT = tuple(case for case, about in procedure.CASES.items() if "cur" in about.resources)


def _same(option: str, modules: tuple[str, ...] = procedure.MODULES) -> dict[str, str]:
    return dict.fromkeys(modules, option)


SETTINGS = (
    Setting(
        "finops_account_id",
        _same("account_id"),
        [
            "The AWS account, a string of 12 digits in quotes. Without quotes YAML reads a number and loses leading "
            "zeros, which is refused with that reason.",
            "Nothing is written unless the credentials belong to this account.",
        ],
    ),
    Setting(
        "finops_management_account_id",
        {"account": "management_account_id"},
        [
            "The management account of the organization that the account is in, a string of 12 digits in quotes. The "
            "inventory plugin P(finops_for_cloud.aws.organization#inventory) sets it.",
            "With it, an account of the roles management and member that is connected for the first time is refused where "
            "it is in another organization or in none.",
        ],
    ),
    Setting(
        "finops_account_joined",
        {"backfill": "joined"},
        [
            "The day in UTC on which the account joined its organization, such as V(2026-01-31). The inventory plugin "
            "P(finops_for_cloud.aws.organization#inventory) sets it."
        ],
        otherwise={"type": "str"},
    ),
    Setting(
        "finops_aws_profile",
        _same("profile"),
        [
            "The profile of C(~/.aws) to connect with. Without it and without O(finops_aws_access_key), boto3 looks "
            "where it always does, as in the environment's C(AWS_) variables."
        ],
    ),
    Setting(
        "finops_aws_access_key",
        _same("access_key"),
        ["The id of the access key to connect with, instead of O(finops_aws_profile)."],
    ),
    Setting("finops_aws_secret_key", _same("secret_key"), ["The secret of O(finops_aws_access_key)."]),
    Setting(
        "finops_aws_session_token",
        _same("session_token"),
        ["The session token, where O(finops_aws_access_key) is a temporary one."],
    ),
    Setting(
        "finops_assume_role_arn",
        _same("assume_role_arn"),
        [
            "The role to assume in the account, once per account and run. The other credentials are then only used "
            "for that."
        ],
    ),
    Setting(
        "finops_assume_role_external_id",
        _same("assume_role_external_id"),
        ["The external id that the role's trust policy asks for."],
    ),
    Setting(
        "finops_aws_region",
        _same("region"),
        [
            "The AWS region. That of the profile or environment if not set, else V(us-east-1). It decides the "
            "partition, and where a new bucket lies."
        ],
    ),
    Setting(
        "finops_aws_endpoint_url",
        _same("endpoint_url"),
        ["The address to reach all AWS services at instead of AWS's own."],
    ),
    Setting(
        "finops_platform_url",
        _same("platform_url", _PLATFORM),
        [
            "The address of the FinOps platform, such as V(https://finops.example.com).",
            "Without it the account gets all but its access key and its data source; its role, where it is to have one.",
        ],
    ),
    Setting(
        "finops_platform_organization_id",
        _same("platform_organization_id", _PLATFORM),
        ["The id of the platform's organization that the account is connected to. Needed with O(finops_platform_url)."],
    ),
    Setting(
        "finops_platform_token",
        _same("platform_token", _PLATFORM),
        ["A token of the platform's API, or else O(finops_platform_email) and O(finops_platform_password)."],
    ),
    Setting(
        "finops_platform_email",
        _same("platform_email", _PLATFORM),
        ["The e-mail address of the platform's user, where there is no O(finops_platform_token)."],
    ),
    Setting(
        "finops_platform_password",
        _same("platform_password", _PLATFORM),
        ["The password that goes with O(finops_platform_email)."],
    ),
    Setting(
        "finops_platform_ca_path",
        _same("platform_ca_path", _PLATFORM),
        [
            "A file of CA certificates in PEM, where the platform's certificate is issued by a CA that the system "
            "does not know."
        ],
    ),
    Setting(
        "finops_cur_name",
        {
            "account": "cur_name",
            "cur": "name",
            "delivery": "name",
            "data_source": "cur_name",
            "report_migration": "name",
            "bill": "name",
        },
        [
            "The name of the export.",
            "If not set, the name of the export that the data source reads already; else V(billing-<account id>), as "
            "documented.",
        ],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_cur_bucket",
        {
            "account": "cur_bucket",
            "cur": "bucket",
            "delivery": "bucket",
            "bill": "bucket",
            "policy": "bucket",
            "data_source": "cur_bucket",
            "report_migration": "bucket",
        },
        [
            "The bucket that the export is delivered to.",
            "If not set, the one that the export delivers to already; for a new one "
            "V(billing-export-<account id>), as documented.",
            "A report that works is never moved. Another bucket than its own is refused, unless O(finops_cur_name) names "
            "a new export.",
        ],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_cur_bucket_region",
        {
            "account": "cur_bucket_region",
            "cur": "bucket_region",
            "delivery": "bucket_region",
            "report_migration": "bucket_region",
            "bill": "bucket_region",
        },
        [
            "The region of the bucket.",
            "If not set, that of the bucket that the export delivers to already; for a new one O(finops_aws_region) "
            "and what that falls back to.",
        ],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_cur_prefix",
        {
            "account": "cur_prefix",
            "cur": "prefix",
            "delivery": "prefix",
            "bill": "prefix",
            "policy": "prefix",
            "data_source": "cur_prefix",
            "report_migration": "prefix",
        },
        [
            "The path in the bucket, without spaces and without a V(/) at either end.",
            "If not set, the path that the export delivers to already; for a new one V({0}), as documented.".format(
                settings.CUR_PREFIX
            ),
            "A report that works is never moved. Another path than its own is refused, unless O(finops_cur_name) names a "
            "new export.",
        ],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_cur_allow_replace",
        {"cur": "allow_replace"},
        [
            "Whether an export of that name that has delivered nothing may be deleted and created anew where AWS cannot "
            "change it in place. One that has delivered is replaced by the playbook C(migrate_to_cur2), never in place."
        ],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_delete_legacy_cur",
        {"report_migration": "delete_legacy"},
        [
            "Whether the playbook C(migrate_to_cur2) deletes the report that it has replaced, on a later run than the one "
            "that changed over, and once the platform has imported the new one. Its files stay."
        ],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_purge_bucket",
        {"cur": "purge_bucket"},
        [
            "Whether an offboarding deletes the report's bucket too, with every version of every file and all unfinished "
            "uploads. It must be the documented bucket or O(finops_cur_bucket), and nothing of others may lie there or be "
            "delivered there.",
        ],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_confirm_delete_history",
        {"account": "confirm_delete_history"},
        [
            "Whether an offboarding may delete the account's data source, with all its history on the platform, which nobody "
            "can bring back. Without it an offboarding is refused as a whole.",
        ],
    ),
    Setting(
        "finops_policy_variant",
        {"account": "policy_variant", "policy": "variant"},
        [
            "V(documented) grants what the platform's documentation lists, V(least_privilege) only what the platform "
            "needs. M(finops_for_cloud.aws.policy) tells the differences and their reasons."
        ],
    ),
    Setting(
        "finops_auth",
        {"account": "auth", "data_source": "auth"},
        [
            "What the platform works with in the account, V(role) for a role that its own user assumes, or V(access_key) for "
            "the key of a user.",
            "If not set, what the account's data source works with already; V(access_key) for a new one. A data source that "
            "works with a key is not switched by this alone, since there is no way back. The playbook "
            "C(finops_for_cloud.aws.migrate_to_role) does that.",
        ],
    ),
    Setting(
        "finops_role_name",
        {"account": "role_name", "role": "name", "data_source": "role_name"},
        ["The name of the IAM role that the platform assumes."],
        otherwise={"default": settings.ROLE_NAME},
    ),
    Setting(
        "finops_role_principal_arn",
        {"account": "role_principal_arn", "role": "principal_arn"},
        [
            "The ARN of who assumes the role. V({0}), the platform's own user, in the account's partition if not set.".format(
                settings.ROLE_PRINCIPAL.format("aws")
            )
        ],
    ),
    Setting(
        "finops_confirm_permanent_switch",
        {"account": "permanent_switch"},
        [
            "Whether the playbook C(finops_for_cloud.aws.migrate_to_role) may switch the account's data source from its key "
            "to a role for good. The way back is to delete the data source with all its history. Without V(true) the "
            "playbook stops before its first write; check mode needs none.",
        ],
    ),
    Setting(
        "finops_user_name",
        {
            "account": "user_name",
            "user": "name",
            "access_key": "user_name",
            "former_login": "user_name",
            "reimport": "user_name",
            "backfill": "user_name",
        },
        ["The name of the IAM user that the platform acts as."],
        otherwise={"default": settings.USER_NAME},
    ),
    Setting(
        "finops_permissions_boundary",
        _same("permissions_boundary", ("account", "user", "role")),
        [
            "The ARN of the policy that must limit the user or role as its permissions boundary, of the account itself or "
            "AWS's own. Without it a boundary is neither set nor changed."
        ],
    ),
    Setting(
        "finops_data_source_name",
        {"account": "data_source_name", "data_source": "name"},
        [
            "The name of the data source on the platform, at most {0} characters. A new one is called "
            "V(aws-<account id>) if this is not set, and one that is there keeps its name.".format(
                settings.DATA_SOURCE_NAME_LENGTH
            )
        ],
    ),
    Setting(
        "finops_preflight",
        {"account": "preflight"},
        [
            "Whether it is found out, before anything is written to a new account, what would keep it from being connected, "
            "such as actions that are denied, or another organization. V(false) leaves that out, where AWS's simulation knows "
            "too little and denies what AWS would allow.",
        ],
        otherwise={"default": True},
    ),
    Setting(
        "finops_wake_members",
        {"data_source": "wake"},
        [
            "Whether a member's data source is let import costs at once. V(false) leaves it asleep until "
            "M(finops_for_cloud.aws.history) wakes all of them at the end of the play, as in the playbook C(onboard)."
        ],
        cases=("member",),
    ),
    Setting(
        "finops_reimport",
        {"reimport": "reimport"},
        [
            "Whether the data source of an account with a report may be imported again, for the past of members that were "
            "connected later, after a billing transfer, or once months have arrived that were lacking. V(never) only tells."
        ],
        cases=_WITH_REPORT,
        otherwise={"type": "str", "choices": ["auto", "never"], "default": "auto"},
    ),
    Setting(
        "finops_billing_view_arn",
        {"bill": "billing_view"},
        [
            "The ARN of the billing view that a report is made of after a billing transfer. Without it the one that AWS shows "
            "the account for its transferred bill, else the account's primary one."
        ],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_first_cost_month",
        {"backfill": "first_cost_month"},
        [
            "The month of the account's first cost, such as V(2026-01), from which on the playbook C(backfill) looks for months that "
            "its report lacks. Without it, the earliest that the platform, the files, the organization or, where "
            "C(finops_cost_explorer) allows it, Cost Explorer tell of."
        ],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_file_support_case",
        {"backfill": "file_support_case"},
        [
            "Whether the playbook C(backfill) files the support case for the months that lack through AWS's Support API, which "
            "takes a support plan that has it. The case is written as a text either way."
        ],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_backfill_tags",
        {"backfill": "backfill_tags"},
        ["Whether the playbook C(backfill) begins AWS's own backfill of cost allocation tags, for twelve months."],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_wait_for_delivery",
        {"delivery": "wait_for_delivery"},
        [
            "How many seconds an audit waits for AWS's first delivery of a report that has delivered nothing yet.",
        ],
        cases=_WITH_REPORT,
    ),
    Setting(
        "finops_cost_explorer",
        {"organization": "cost_explorer", "backfill": "cost_explorer"},
        [
            "Whether an audit asks Cost Explorer what each account of the organization cost, where the delivered files do not "
            "tell. AWS charges for that request, one of each management account and run.",
        ],
        cases=("management",),
    ),
    Setting(
        "finops_key_grace_days",
        {"access_key": "grace_days", "former_login": "grace_days"},
        ["How many days a replaced key is kept, deactivated, before it is deleted."],
    ),
    Setting(
        "finops_key_drain_seconds",
        {"access_key": "drain_seconds", "former_login": "drain_seconds"},
        ["How many seconds a replaced key stays active after the switch, so that calls begun with it can end."],
    ),
    Setting(
        "finops_secret_store",
        _same("secret_store", _STORE),
        [
            "Who keeps the key's secret. V(platform), the data source alone; V(secretsmanager), V(ssm) or V(file), "
            "that store as well. Without O(finops_platform_url) a key is only made with one of the last three."
        ],
    ),
    Setting(
        "finops_secret_store_name",
        _same("secret_store_name", _STORE),
        [
            "The name of the secret, parameter or file, with C({account_id}) for the account. "
            "M(finops_for_cloud.aws.access_key) tells the defaults."
        ],
    ),
    Setting(
        "finops_secret_store_region",
        _same("secret_store_region", _STORE),
        ["The region of the secret or parameter. O(finops_aws_region) and what that falls back to, if not set."],
    ),
    Setting(
        "finops_secret_store_kms_key_id",
        _same("secret_store_kms_key_id", _STORE),
        ["The KMS key that encrypts the secret or parameter, when it is created. AWS's own if not set."],
    ),
    Setting(
        "finops_secret_store_role_arn",
        _same("secret_store_role_arn", _STORE),
        ["A role in a central account that keeps the secrets of the whole fleet. In the account itself, if not set."],
    ),
    Setting(
        "finops_secret_store_folder",
        _same("secret_store_folder", _STORE),
        ["The folder of the files of V(file), on the controller."],
    ),
    Setting(
        "finops_tags",
        _same("tags", ("account", "cur", "policy", "user", "role")),
        ["Tags for everything that is made in AWS. Tags of others stay."],
    ),
    Setting(
        "finops_in_process",
        {},
        [
            "Whether the modules run inside the controller's process, which is many times faster. V(false) runs each "
            "in a process of its own, with the same results."
        ],
        otherwise={"type": "bool", "default": True},
    ),
    Setting(
        "finops_key_max_age_days",
        {"access_key": "max_age_days"},
        ["The age in days at which a key is replaced."],
        only_to_rotate=True,
    ),
    Setting(
        "finops_rotate_now",
        {},
        ["Whether a key is replaced whatever its age."],
        only_to_rotate=True,
        otherwise={"type": "bool", "default": False},
    ),
)
