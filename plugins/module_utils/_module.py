# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module shell: AnsibleModule around the core. The action plugins are the other shell."""

from __future__ import annotations

import json
import sys
from typing import Any, Mapping

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.amazon_aws import (
    HAS_AMAZON_AWS,
    MISSING_AMAZON_AWS,
    aws_argument_spec,
)
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.clients import Clients
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.sessions import HAS_BOTOCORE
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.reconcile import Mode, Resource, run
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.words import masked

ACCOUNT_OPTIONS = {
    "account_id": {"type": "raw", "required": True},
    "assume_role_arn": {"type": "str"},
    "assume_role_external_id": {"type": "str"},
    "session": {"type": "raw"},
    "variables": {"type": "dict"},
}
STATE = {"type": "str", "choices": ["present", "absent"], "default": "present"}


def argument_spec(resource: type[Resource], info: bool) -> dict[str, Any]:
    """The options of a resource's module, or of its _info twin."""
    spec = dict(aws_argument_spec(), **ACCOUNT_OPTIONS)
    spec.update(resource.OPTIONS)
    if not info:
        spec.update(resource.CHANGE_OPTIONS)
        if resource.HAS_STATE:
            spec["state"] = STATE
    return spec


def finished(
    result: Mapping[str, Any], spec: Mapping[str, Any], options: Mapping[str, Any], clients: Clients
) -> dict[str, Any]:
    """A result as both shells give it away: with the calls made where debug_botocore_endpoint_logs asks, and no secret."""
    found = dict(result)
    if options.get("debug_botocore_endpoint_logs"):
        found["resource_actions"] = sorted(clients.resource_actions)
        clients.resource_actions.clear()
    secrets = {str(options[option]) for option in spec if spec[option].get("no_log") and options.get(option)}
    return dict(masked(found, secrets | clients.secrets))


def run_module(resource: type[Resource], info: bool = False) -> None:
    """The whole of a module."""
    if not HAS_AMAZON_AWS:
        # Without amazon.aws the options are not known, so there can be no AnsibleModule.
        sys.stdout.write(json.dumps({"failed": True, "msg": MISSING_AMAZON_AWS}))
        return
    spec = argument_spec(resource, info)
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    if not HAS_BOTOCORE:
        module.fail_json(msg=missing_required_lib("botocore"))
    options = dict(module.params)
    if isinstance(options["session"], str):
        module.fail_json(msg="session: only tasks that run on the controller can use a session; leave it out here")
    clients = Clients(options)
    clients.say = module.warn
    result = run(resource, options, clients, Mode(module.check_mode, module._diff, info))
    result = finished(result, spec, options, clients)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
