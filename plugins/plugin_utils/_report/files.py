# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a report in one folder: written all from one report, and the last one read."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report import (
    as_csv,
    as_json,
    as_junit,
    as_metrics,
    as_page,
)
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import SCHEMA_VERSION, shaped

FORMATS = {
    "report.json": as_json.text,
    "report.csv": as_csv.text,
    "junit.xml": as_junit.text,
    "metrics.prom": as_metrics.text,
    "report.html": as_page.text,
}
# Where a report goes unless somebody says otherwise, from where Ansible runs.
FOLDER = "finops-report"
# So that node_exporter and a web server may read them.
_MODE = 0o644


def write(folder: str, report: Mapping[str, Any]) -> list[str]:
    """Writes every file, each replaced all at once; the folder is made where it is missing.

    Returns the files' paths. Raises FinopsError where one cannot be written.
    """
    whole = shaped(report)
    contents = {name: text(whole) for name, text in FORMATS.items()}
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            replace(path / name, content.encode())
    except OSError as error:
        raise FinopsError("the report cannot be written to {0}: {1}".format(path, error.strerror))
    return [str(path / name) for name in contents]


def read_previous(folder: str) -> tuple[dict[str, Any] | None, str]:
    """The report that lies in the folder, in its fixed shape.

    Returns the report and an empty text; None and an empty text where there is none yet; None and why not where it cannot
    be used.
    """
    path = Path(folder) / "report.json"
    try:
        if not path.exists():
            return None, ""
        if not path.is_file():
            return None, "{0} is no file".format(path)
        found = json.loads(path.read_bytes())
    except OSError as error:
        return None, "{0} cannot be read: {1}".format(path, error.strerror)
    except (ValueError, RecursionError):
        return None, "{0} is no JSON".format(path)
    reason = _unfit(found)
    return (None, "{0} {1}".format(path, reason)) if reason else (shaped(found), "")


def _unfit(found: Any) -> str:
    """Why this cannot be used as a report, empty if it can."""
    version = found.get("schema_version") if isinstance(found, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        return "is no report"
    if found["schema_version"] != SCHEMA_VERSION:
        words = "has schema version {0}, and this collection knows {1}"
        return words.format(found["schema_version"], SCHEMA_VERSION)
    return "" if isinstance(found.get("accounts"), list) else "is no report"


def replace(path: Path, content: bytes) -> None:
    """Puts the content in place of a file, all at once; raises OSError."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".{0}.".format(path.name))
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, _MODE)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
