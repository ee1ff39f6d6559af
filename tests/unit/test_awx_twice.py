# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's objects, made by awx.awx's own modules in a stand-in of its API: a second time changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.awx_objects import EVERYTHING, objects, sent
from tests.controller.in_process import apply
from tests.controller.stand_in import ENCRYPTED, Controller


def applied(controller: Controller, **settings: Any) -> list[tuple[str, str]]:
    """The module and name of all that was changed."""
    controller.writes.clear()
    return [
        (module, str(arguments.get("name") or arguments.get("identifier")))
        for module, arguments in sent(objects(**EVERYTHING, **settings))
        if apply(controller, module, arguments)["changed"]
    ]


@pytest.fixture
def controller() -> Controller:
    pytest.importorskip("ansible_collections.awx.awx.plugins.modules.organization", reason="awx.awx is not installed")
    return Controller()


def test_a_second_application_changes_nothing_but_write_only_secrets_where_that_is_asked_for(
    controller: Controller,
) -> None:
    assert len(applied(controller)) == len(list(sent(objects(**EVERYTHING))))
    assert len(controller.secrets) == 4
    assert str(controller.objects).count(ENCRYPTED) == 4

    assert applied(controller) == []
    assert controller.writes == []

    assert {module for module, dummy in applied(controller, finops_awx_update_secrets=True)} == {"credential"}
    assert {path.split("/")[3] for path in controller.writes} == {"credentials"}


def test_what_somebody_changed_is_put_right_and_nothing_else(controller: Controller) -> None:
    applied(controller)
    connect = next(one for one in controller.objects["job_templates"].values() if one["name"] == "FinOps connect")
    connect["allow_simultaneous"] = True
    assert applied(controller) == [("job_template", "FinOps connect")]
    assert controller.writes == [f"PATCH {connect['url']}"]
    assert connect["allow_simultaneous"] is False


def test_the_nodes_of_a_workflow_follow_each_other_as_they_stand_in_the_data(controller: Controller) -> None:
    applied(controller)
    nodes = controller.objects["workflow_job_template_nodes"]
    names = {number: node["identifier"] for number, node in nodes.items()}
    following = {
        (names[int(path.split("/")[4])], names[one])
        for path, linked in controller.related.items()
        if "_nodes/" in path.split("/", 5)[5]
        for one in linked
    }
    assert ("approval", "prepare") in following and ("connect", "audit") in following
    assert len([path for path in controller.related if path.endswith("success_nodes/")]) == 1
