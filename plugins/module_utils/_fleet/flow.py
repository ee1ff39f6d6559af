# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the costs of connected accounts flow, in brief: from the platform's one listing alone; pure."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import import_health
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._resources.target import config_of

PROVEN, PENDING, FAILING, ASLEEP, WITHOUT_ROOT = "proven", "pending", "failing", "asleep", "without_root"
_WORDS = {
    PROVEN: "proven",
    PENDING: "pending their first delivery",
    FAILING: "whose import fails",
    ASLEEP: "asleep",
    WITHOUT_ROOT: "whose management account is not connected",
}
_OF_ROOT = {import_health.FINE: PROVEN, import_health.FAILED: FAILING}


def flow(source: Mapping[str, Any], roots: Sequence[Mapping[str, Any]]) -> str:
    """PROVEN where an import has gone well since the account was connected, or why that is not so.

    roots: of a linked source the Root sources whose files may have its cost; a linked source has no import of its own
    (facts: judge it by its Root).
    """
    if source.get("auto_import") is False:
        return ASLEEP
    if not config_of(source).get("linked"):
        return _OF_ROOT.get(import_health.import_health(source), PENDING)
    if not roots:
        return WITHOUT_ROOT
    states = {flow(root, ()) for root in roots}
    if FAILING in states:
        return FAILING
    connected = int(source.get("created_at") or 0)
    is_newer = any(int(root.get("last_import_at") or 0) > connected for root in roots)
    return PROVEN if states == {PROVEN} and is_newer else PENDING


def in_brief(flows: Sequence[Optional[str]]) -> str:
    """Such as C(6 connected: 4 proven, 2 pending their first delivery); empty where none is connected.

    flows: of every account of the run, None of those that are not connected.
    """
    connected = [one for one in flows if one is not None]
    if not connected:
        return ""
    counts = ["{0} {1}".format(connected.count(one), _WORDS[one]) for one in _WORDS if one in connected]
    return "{0} connected: {1}".format(len(connected), ", ".join(counts))
