# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(report.json), the truth from which the other files are made; docs/report.schema.json describes it."""

from __future__ import annotations

import json

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import Report


def text(report: Report) -> str:
    """A line for each account and each other entry, so that grep and diff are of use; ASCII alone."""
    fields = ["{0}: {1}".format(json.dumps(key), _value(value)) for key, value in report.items()]
    return "{" + ",\n".join(fields) + "}\n"


def _value(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(json.dumps(item, allow_nan=False) for item in value) + "\n]"
    return json.dumps(value, allow_nan=False)
