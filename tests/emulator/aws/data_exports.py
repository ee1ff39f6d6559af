# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bcm-data-exports, which moto does not have."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from moto.core.responses import ActionResult, BaseResponse

from tests.emulator.aws import exports_tables, model_validation
from tests.emulator.aws.exports_errors import Invalid, NotFound
from tests.emulator.aws.exports_store import DataExportsBackend, exports_backends
from tests.emulator.aws.state import AwsState

_PAGE = 100
_state = AwsState()


def use_state(state: AwsState) -> None:
    """Look policies and the time up here (moto makes response objects itself, so they cannot be handed anything)."""
    global _state
    _state = state


def state_in_use() -> AwsState:
    """The state of the running emulator."""
    return _state


def page_of(items: Sequence[Any], size: int | None, token: str | None) -> tuple[list[Any], str | None]:
    """One page, and the token of the next."""
    start = 0
    if token:
        try:
            start = int(base64.b64decode(token, validate=True))
        except (binascii.Error, ValueError) as problem:
            raise Invalid("The NextToken is not valid") from problem
    end = start + (size or _PAGE)
    following = base64.b64encode(str(end).encode()).decode() if end < len(items) else None
    return list(items[start:end]), following


class DataExportsResponse(BaseResponse):
    """The operations; every request is held against botocore's model first."""

    def __init__(self) -> None:
        super().__init__(service_name="bcm-data-exports")

    @property
    def backend(self) -> DataExportsBackend:
        """The exports of the account the call acts in."""
        return exports_backends[self.current_account]["us-east-1"]

    def _views(self) -> list[str]:
        """The billing views that the account may use."""
        shown = _state.transfers.view_of(self.current_account, _state.clock.now())
        return [exports_tables.billing_view(self.current_account), *([shown] if shown else [])]

    def _request(self) -> dict[str, Any]:
        try:
            params = json.loads(self.body or "{}")
        except ValueError as problem:
            raise Invalid("The request cannot be parsed", "cannotParse") from problem
        found = model_validation.problems("bcm-data-exports", self._get_action(), params)
        if found:
            raise Invalid(model_validation.message(found), "fieldValidationFailed")
        return dict(params)

    def create_export(self) -> ActionResult:
        """Names are unique in the account; AWS checks the bucket before it answers."""
        request = self._request()
        tags = {tag["Key"]: tag["Value"] for tag in request.get("ResourceTags", [])}
        export = self.backend.create(request["Export"], tags, _state.policies, _state.clock.now(), self._views())
        return ActionResult({"ExportArn": export.arn})

    def update_export(self) -> ActionResult:
        """Overwrites the whole definition."""
        request = self._request()
        arn, definition = request["ExportArn"], request["Export"]
        export = self.backend.update(arn, definition, _state.policies, _state.clock.now(), self._views())
        return ActionResult({"ExportArn": export.arn})

    def delete_export(self) -> ActionResult:
        """Unknown exports are not found."""
        return ActionResult({"ExportArn": self.backend.delete(self._request()["ExportArn"])})

    def get_export(self) -> ActionResult:
        """The definition with what AWS adds, and the status."""
        export = self.backend.get(self._request()["ExportArn"])
        return ActionResult({"Export": export.describe(), "ExportStatus": export.describe_status()})

    def list_exports(self) -> ActionResult:
        """References only: no definitions, no tags."""
        request = self._request()
        exports = list(self.backend.exports.values())
        page, token = page_of(exports, request.get("MaxResults"), request.get("NextToken"))
        references = [
            {"ExportArn": export.arn, "ExportName": export.name, "ExportStatus": export.describe_status()}
            for export in page
        ]
        return ActionResult({"Exports": references, "NextToken": token})

    def list_executions(self) -> ActionResult:
        """The deliveries, newest first."""
        request = self._request()
        executions = list(reversed(self.backend.get(request["ExportArn"]).executions))
        page, token = page_of(executions, request.get("MaxResults"), request.get("NextToken"))
        references = [
            {"ExecutionId": execution["ExecutionId"], "ExecutionStatus": execution["ExecutionStatus"]}
            for execution in page
        ]
        return ActionResult({"Executions": references, "NextToken": token})

    def get_execution(self) -> ActionResult:
        """One delivery, with the definition it was made by."""
        request = self._request()
        for execution in self.backend.get(request["ExportArn"]).executions:
            if execution["ExecutionId"] == request["ExecutionId"]:
                return ActionResult(execution)
        raise NotFound(request["ExecutionId"], "Execution")

    def get_table(self) -> ActionResult:
        """The columns under the given properties."""
        request = self._request()
        properties = request.get("TableProperties") or {}
        exports_tables.check_properties(request["TableName"], properties, self._views())
        return ActionResult(exports_tables.describe_table(properties, self.current_account))

    def list_tables(self) -> ActionResult:
        """The tables, their properties and the properties' values."""
        request = self._request()
        tables = exports_tables.list_tables(self.current_account)
        page, token = page_of(tables, request.get("MaxResults"), request.get("NextToken"))
        return ActionResult({"Tables": page, "NextToken": token})

    def tag_resource(self) -> ActionResult:
        """Adds and overwrites."""
        request = self._request()
        tags = self.backend.get(request["ResourceArn"]).tags
        tags.update({tag["Key"]: tag["Value"] for tag in request["ResourceTags"]})
        return ActionResult({})

    def untag_resource(self) -> ActionResult:
        """Takes keys that are not there."""
        request = self._request()
        tags = self.backend.get(request["ResourceArn"]).tags
        for key in request["ResourceTagKeys"]:
            tags.pop(key, None)
        return ActionResult({})

    def list_tags_for_resource(self) -> ActionResult:
        """Paged, although botocore has no paginator for it."""
        request = self._request()
        tags = [{"Key": key, "Value": value} for key, value in self.backend.get(request["ResourceArn"]).tags.items()]
        page, token = page_of(tags, request.get("MaxResults"), request.get("NextToken"))
        return ActionResult({"ResourceTags": page, "NextToken": token})
