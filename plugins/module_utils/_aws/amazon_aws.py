# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this collection takes from amazon.aws; both shells ask HAS_AMAZON_AWS before they use any of it."""

from __future__ import annotations

from typing import Any

try:
    from ansible_collections.amazon.aws.plugins.module_utils.arn import parse_aws_arn
    from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
    from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec
    from ansible_collections.amazon.aws.plugins.module_utils.s3 import validate_bucket_name
    from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
        ansible_dict_to_boto3_tag_list,
        boto3_tag_list_to_ansible_dict,
    )

    HAS_AMAZON_AWS = True
except ImportError:
    HAS_AMAZON_AWS = False

MISSING_AMAZON_AWS = (
    "the collection amazon.aws is not installed, which finops_for_cloud.aws builds on. Install it: "
    "ansible-galaxy collection install amazon.aws"
)

__all__ = [
    "HAS_AMAZON_AWS",
    "MISSING_AMAZON_AWS",
    "ansible_dict_to_boto3_tag_list",
    "aws_argument_spec",
    "boto3_tag_list_to_ansible_dict",
    "get_aws_connection_info",
    "parse_aws_arn",
    "validate_bucket_name",
]


def __getattr__(name: str) -> Any:
    """Nothing, in place of what amazon.aws would have given, so that the core can be imported without it."""
    if name in __all__:
        return None
    raise AttributeError(name)
