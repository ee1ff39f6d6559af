# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform acts as in an account: a user with an access key, or a role that it assumes.

A login knows whose policies it works with, what the platform's config says of it, how it is proved and how it is retired.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Union

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._aws.simulation import simulated
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.plan import Step

# Of what both variants of the discovery policy allow, what the platform looks at first.
_DISCOVERY = ("ec2:DescribeInstances", "cloudwatch:GetMetricStatistics")


@dataclasses.dataclass(frozen=True)
class KeyLogin:
    """A user's access key.

    key_id, secret: the values, or the Answers that stand for them in a plan; no secret where the key only retires.
    user_name: whose key it is; empty where somebody else made it.
    """

    key_id: Any
    secret: Any = dataclasses.field(default=None, repr=False)
    user_name: str = ""

    @property
    def principal(self) -> str:
        """The part of an ARN that names whose policies count."""
        return "user/{0}".format(self.user_name)

    @property
    def shown(self) -> dict[str, Any]:
        """What the platform's config shows once it works with this login."""
        return {"access_key_id": self.key_id}

    def config(self, is_new: bool) -> dict[str, Any]:
        """What the config that is written says; is_new: it works with no login of this kind yet."""
        return {"access_key_id": self.key_id, "secret_access_key": self.secret}

    def proof(self) -> Step:
        """Proves by STS that AWS knows the key; writes nothing."""
        parameters = {"key_id": self.key_id, "secret": self.secret}
        return Step("Prove that the new key works", "proof", "prove", parameters)

    def retirement(self, pause: float, code: str = "") -> Step:
        """Takes the key out of service, such that it can come back; pause: seconds to wait first."""
        return Step(
            "Deactivate the replaced access key {0}".format(self.key_id),
            "iam",
            "update_access_key",
            {"UserName": self.user_name, "AccessKeyId": self.key_id, "Status": "Inactive"},
            code=code,
            before={"status": "Active"},
            after={"status": "Inactive"},
            pause_before=pause,
        )

    def removal(self, reason: str, code: str = "") -> Step:
        """Deletes the key for good."""
        parameters = {"UserName": self.user_name, "AccessKeyId": self.key_id}
        title = "Delete the access key {0}: {1}".format(self.key_id, reason)
        return Step(title, "iam", "delete_access_key", parameters, code=code, before={"access_key_id": self.key_id})


@dataclasses.dataclass(frozen=True)
class RoleLogin:
    """A role that the platform's own user assumes; there is no secret, and so nothing to retire but the role."""

    role_name: str
    account_id: str
    session_name: str | None = None

    @classmethod
    def of(cls, config: Mapping[str, Any], account: str) -> RoleLogin:
        """The login of a data source that works with a role; account: whose data source it is."""
        role_account = config.get("assume_role_account_id") or account
        return cls(config["assume_role_name"], str(role_account), config.get("assume_role_session_name"))

    @property
    def principal(self) -> str:
        """The part of an ARN that names whose policies count."""
        return "role/{0}".format(self.role_name)

    @property
    def shown(self) -> dict[str, Any]:
        """What the platform's config shows once it works with this login."""
        return {"assume_role_name": self.role_name}

    def config(self, is_new: bool) -> dict[str, Any]:
        """What the config that is written says: never a key, and the account only at first, since it cannot change."""
        config = {"assume_role_name": self.role_name}
        if is_new:
            config["assume_role_account_id"] = self.account_id
        if self.session_name:
            config["assume_role_session_name"] = self.session_name
        return config

    def can_read(self, clients: Any, bucket: str, key: str) -> bool | None:
        """Whether the role's policies let it list a bucket and read an object there; None where nobody here can tell."""
        of_bucket = "arn:{0}:s3:::{1}".format(clients.partition, bucket)
        return self._may(clients, {("s3:ListBucket", of_bucket), ("s3:GetObject", "{0}/{1}".format(of_bucket, key))})

    def can_discover(self, clients: Any) -> bool | None:
        """Whether the role's policies let it look at the account's resources; None where nobody here can tell."""
        return self._may(clients, {(action, "*") for action in _DISCOVERY})

    def _may(self, clients: Any, needed: set[tuple[str, str]]) -> bool | None:
        """By iam:SimulatePrincipalPolicy, which knows neither a bucket's policy nor its encryption."""
        if self.account_id != clients.account:
            return None
        role = clients.read("iam", "get_role", missing=("AccessDenied", "NoSuchEntity"), RoleName=self.role_name)
        if role is None:
            return None
        decisions = simulated(clients, role["Role"]["Arn"], needed)
        if decisions is None:
            return None
        return needed <= {target for target, decision in decisions.items() if decision.is_allowed}


Login = Union[KeyLogin, RoleLogin]
