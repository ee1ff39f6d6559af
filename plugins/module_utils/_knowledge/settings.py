# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented names and settings, and the rules that values of one's own must obey.

Every function returns the value to use or raises InputError; none asks AWS or the platform.
"""

from __future__ import annotations

import os
import re
import ssl
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import validate_bucket_name
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import InputError

USER_NAME = "FinOpsForCloudUser"
ROLE_NAME = "FinOpsForCloudAccessRole"
# The platform's own user, which assumes the role.
ROLE_PRINCIPAL = "arn:{0}:iam::654035049067:user/ffc-service-user"
BILLING_IMPORT = "FinOpsForCloudBillingImport"
RESOURCE_DISCOVERY = "FinOpsForCloudResourceDiscovery"
POLICY_NAMES = (BILLING_IMPORT, RESOURCE_DISCOVERY)
VARIANTS = ("documented", "least_privilege")
CUR_PREFIX = "reports"
REGION = "us-east-1"

_ACCOUNT_ID = re.compile(r"[0-9]{12}\Z")
# AWS Data Exports API: ExportName; botocore's model gives the pattern and the length.
_EXPORT_NAME = re.compile(r"[0-9A-Za-z\-_]{1,128}\Z")
# S3 bucket naming rules, beyond what amazon.aws checks.
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]\Z")
_IP_ADDRESS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}\Z")
_RESERVED_BUCKET_NAME = re.compile(r"(xn--|sthree-|amzn-s3-demo-)|.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)\Z")
# AWS Billing API: BillingViewArn.
_BILLING_VIEW = re.compile(r"arn:aws[a-z-]*:billing::[0-9]{12}:billingview/[a-zA-Z0-9/:_+=.\-@]{0,75}[a-zA-Z0-9]\Z")
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])\Z")
_PREFIX = re.compile(r"[0-9A-Za-z!\-_.*'()/]+\Z")
# IAM API: UserName.
_USER_NAME = re.compile(r"[\w+=,.@\-]{1,64}\Z", re.ASCII)
# IAM API: the ARNs of users, roles and whole accounts, which a role may trust.
_PRINCIPAL = re.compile(r"arn:([\w-]+):iam::[0-9]{12}:(root|(user|role)/[\w+=,.@/\-]{1,576})\Z", re.ASCII)
_POLICY_ARN = re.compile(r"arn:[\w-]+:iam::(aws|[0-9]{12}):policy/[\w+=,.@/\-]+\Z", re.ASCII)
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\Z")
# IAM API: ARNs of roles, and STS API: ExternalId.
_ROLE_ARN = re.compile(r"arn:aws[a-z\-]*:iam::([0-9]{12}):role/[\w+=,.@/\-]{1,512}\Z", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/\-]{2,1224}\Z", re.ASCII)
# What an HTTP header can carry, without white space.
_CREDENTIAL = re.compile(r"[\x21-\x7e]+\Z")
_HOST = re.compile(r"[0-9A-Za-z.\-_]+\Z|\[[0-9A-Fa-f:.]+\]\Z")
_PATH = re.compile(r"[0-9A-Za-z/.\-_~%]*\Z")
# Parts of the platform's own paths, which people copy along with its address.
_OWN_PATHS = re.compile(r"/(restapi|auth)(/v2)?\Z")
# The platform answers 400 to longer names and stores the data source all the same, without its import.
DATA_SOURCE_NAME_LENGTH = 235


def account_id(value: object, option: str = "account_id") -> str:
    """A string of 12 digits. YAML reads an id without quotes as a number and loses its leading zeros."""
    if isinstance(value, bool) or not isinstance(value, str):
        raise InputError(
            option,
            "must be a string of 12 digits, but {0}".format(_not_a_string(value)),
        )
    if not _ACCOUNT_ID.match(value):
        raise InputError(option, "must be a string of 12 digits, but is {0!r}".format(value))
    return value


def _not_a_string(value: object) -> str:
    if value is None:
        return "is empty"
    if isinstance(value, (int, float)):
        return "is the number {0!r}: put it in quotes (in an INI inventory in two pairs, \"'012345678901'\")".format(
            value
        )
    return "is {0!r}".format(value)


def export_name(value: str | None, account: str, option: str = "cur_name") -> str:
    """The name of the CUR export, C(billing-<account id>) unless given."""
    name = value or "billing-{0}".format(account)
    if not _EXPORT_NAME.match(name):
        raise InputError(option, "{0!r} must be 1 to 128 letters, digits, - or _".format(name))
    return name


def bucket(value: str | None, account: str, option: str = "cur_bucket") -> str:
    """The bucket of the export, C(billing-export-<account id>) unless given."""
    name = value or "billing-export-{0}".format(account)
    reason = validate_bucket_name(name)
    if reason is None and (".." in name or _IP_ADDRESS.match(name) or not _BUCKET_NAME.match(name)):
        reason = "bucket names begin and end with a letter or digit, have no two dots in a row and are no IP address"
    if reason is None and _RESERVED_BUCKET_NAME.match(name):
        reason = "this prefix or suffix is reserved by S3"
    if reason is not None:
        raise InputError(option, "S3 would refuse the bucket name {0!r}: {1}".format(name, reason))
    return name


def region(value: object, option: str = "region") -> str:
    """The name of a region; whether AWS has one of this name is the clients' to know."""
    if not isinstance(value, str) or not _REGION.match(value):
        raise InputError(option, "{0!r} is no AWS region".format(value))
    return value


def bucket_region(value: str | None, default: str | None, option: str = "cur_bucket_region") -> str:
    """The region of the bucket: as given, else the region of the session, which is blamed where it is none."""
    return region(value, option) if value else region(default or REGION)


def role_arn(value: object, option: str = "assume_role_arn") -> str:
    """The ARN of a role."""
    if not isinstance(value, str) or not _ROLE_ARN.match(value):
        example = "arn:aws:iam::111122223333:role/OrganizationAccountAccessRole"
        raise InputError(option, "{0!r} is no ARN of a role, such as {1}".format(value, example))
    return value


def account_of_role(arn: str) -> str:
    """The account id in the ARN of a role."""
    return arn.split(":")[4]


def external_id(value: object, option: str = "assume_role_external_id") -> str:
    """The external id of a trust policy."""
    if not isinstance(value, str) or not _EXTERNAL_ID.match(value):
        raise InputError(option, "must be 2 to 1224 letters, digits or +=,.@:/_-")
    return value


def is_credential(text: str) -> bool:
    """Whether a text is free of white space, control characters and others that no HTTP header can carry."""
    return bool(_CREDENTIAL.match(text))


def credential(value: object, option: str) -> str | None:
    """A token, key id or secret without the white space around it, which a file's last newline is; never shown."""
    found = text(value, option)
    if found and not is_credential(found):
        raise InputError(
            option, "has white space, a control character or a letter in it that no token or key has. Copy it again"
        )
    return found


def text(value: object, option: str) -> str | None:
    """A string without the white space around it, None where nothing is left; never shown."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InputError(option, "must be a string; put it in quotes")
    return value.strip() or None


def prefix(value: str | None, option: str = "cur_prefix") -> str:
    """The S3 path prefix of the export, C(reports) unless given; the platform refuses spaces in it."""
    path = CUR_PREFIX if value is None else value
    if not path:
        raise InputError(option, "is empty: the platform would then look under another path than AWS writes")
    if re.search(r"\s", path):
        raise InputError(option, "{0!r} has a space in it, which the platform refuses".format(path))
    if not _PREFIX.match(path) or path.startswith("/") or path.endswith("/") or "//" in path or len(path) > 255:
        raise InputError(
            option,
            "{0!r} must be 1 to 255 letters, digits or !-_.*'()/ and neither begin nor end with /".format(path),
        )
    return path


def billing_view(value: str | None, option: str = "billing_view") -> str | None:
    """The ARN of a billing view, None for the account's primary one."""
    if value and not _BILLING_VIEW.match(value):
        example = "arn:aws:billing::111122223333:billingview/primary"
        raise InputError(option, "{0!r} is no ARN of a billing view, such as {1}".format(value, example))
    return value or None


def month(value: str | None, option: str) -> str | None:
    """A month such as C(2026-01), None for none."""
    if value and not _MONTH.match(str(value)):
        raise InputError(option, "{0!r} is no month, such as 2026-01".format(value))
    return str(value) if value else None


def policy_variant(value: str | None, option: str = "policy_variant") -> str:
    """Which edition of the policies: documented, to the letter, unless given."""
    variant = value or VARIANTS[0]
    if variant not in VARIANTS:
        raise InputError(option, "{0!r} is neither {1} nor {2}".format(variant, *VARIANTS))
    return variant


def user_name(value: str | None, option: str = "user_name") -> str:
    """The IAM user's name, C(FinOpsForCloudUser) unless given."""
    name = value or USER_NAME
    if not _USER_NAME.match(name):
        raise InputError(option, "{0!r} must be 1 to 64 letters, digits or +=,.@_-".format(name))
    return name


def role_name(value: str | None, option: str = "role_name") -> str:
    """The IAM role's name, C(FinOpsForCloudAccessRole) unless given."""
    name = value or ROLE_NAME
    if not _USER_NAME.match(name):
        raise InputError(option, "{0!r} must be 1 to 64 letters, digits or +=,.@_-".format(name))
    return name


def role_principal(value: str | None, partition: str, option: str = "role_principal_arn") -> str:
    """The ARN of who assumes the role, the platform's own user in the account's partition unless given."""
    principal = value or ROLE_PRINCIPAL.format(partition)
    found = _PRINCIPAL.match(principal)
    if not found or found[1] != partition:
        raise InputError(
            option,
            "{0!r} must be the ARN of a user, a role or an account's root in the partition {1}, such as {2}".format(
                principal, partition, ROLE_PRINCIPAL.format(partition)
            ),
        )
    return principal


def session_seconds(value: int | None, option: str = "max_session_duration") -> int | None:
    """How long a session of the role may last, 3600 to 43200 seconds (IAM API: CreateRole); None where not given."""
    if value is not None and not 3600 <= value <= 43200:
        raise InputError(option, "{0} must be 3600 to 43200 seconds".format(value))
    return value


def permissions_boundary(value: str | None, account: str, option: str = "permissions_boundary") -> str | None:
    """The ARN of the policy that limits the user or role, of the account itself or AWS's own (IAM user guide); None for none."""
    if not value:
        return None
    found = _POLICY_ARN.match(value)
    if not found or found[1] not in ("aws", account):
        raise InputError(
            option,
            "{0!r} must be the ARN of a policy in the account itself, such as arn:aws:iam::{1}:policy/NAME, or of "
            "AWS's own".format(value, account),
        )
    return value


def data_source_name(value: str | None, account: str, option: str = "data_source_name") -> str:
    """The data source's name on the platform, C(aws-<account id>) unless given."""
    name = value or "aws-{0}".format(account)
    if not name.strip():
        raise InputError(option, "is blank")
    if len(name) > DATA_SOURCE_NAME_LENGTH:
        raise InputError(
            option,
            "has {0} characters; the platform works with at most {1}".format(len(name), DATA_SOURCE_NAME_LENGTH),
        )
    return name


def platform_url(value: object, option: str = "platform_url") -> str:
    """The platform's address without a trailing slash, C(https://host) or C(https://host/where/it/is).

    The beginnings of the API's own paths are dropped. A value that cannot work is not shown: it may have a password in it.
    """
    url = text(value, option) or ""
    if re.search(r"\s", url):
        raise InputError(option, "has white space in it, which no address has")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InputError(option, "its host or port is none: set an address such as https://platform.example.com")
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise InputError(option, "must be an address such as https://platform.example.com")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InputError(
            option, "must be an address without a user, a ? or a #; who calls is told by O(platform_token)"
        )
    name = "[{0}]".format(host) if ":" in host else host
    if not _HOST.match(name) or not _PATH.match(parts.path) or port == 0:
        raise InputError(option, "has a character in it that no address has, or no real port")
    path = _OWN_PATHS.sub("", re.sub("/+", "/", parts.path).rstrip("/"))
    return "{0}://{1}{2}{3}".format(parts.scheme.lower(), name, "" if port is None else ":{0}".format(port), path)


def platform_organization_id(value: object, option: str = "platform_organization_id") -> str:
    """The id of the platform's organization."""
    found = text(value, option)
    if not found:
        raise InputError(option, "is missing: set it to the id of the platform's organization")
    if not is_credential(found):
        raise InputError(option, "{0!r} has a space or another character in it that no id has".format(found))
    return found


def ca_path(value: Any, option: str = "platform_ca_path") -> str | None:
    """A file of CA certificates in PEM, None where the system's are to be trusted."""
    found = text(value, option)
    path = found and os.path.expanduser(found)
    if path is not None:
        try:
            ssl.create_default_context(cafile=path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no file of certificates"
            raise InputError(option, "{0} has no certificate in PEM form: {1}".format(path, reason))
    return path


def tags(value: dict[str, object] | None) -> dict[str, str]:
    """Tags as AWS takes them: keys of 1 to 128 characters, values of at most 256."""
    result = dict((str(key), str(text)) for key, text in (value or {}).items())
    for key, text in result.items():
        if not 1 <= len(key) <= 128 or len(text) > 256 or key.lower().startswith("aws:"):
            raise InputError(
                "tags",
                "{0!r}: keys have 1 to 128 characters and do not begin with aws:, values at most 256".format(key),
            )
    if len(result) > 50:
        raise InputError("tags", "has {0} tags; AWS takes at most 50".format(len(result)))
    return result
