# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a benchmark ran on; nothing that names the machine or its folders."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import sysconfig
from pathlib import Path
from typing import Any

_QUIET_LOAD = 0.5


def describe() -> dict[str, Any]:
    """Cores, CPU, memory, versions, and the load of the last minute, which tells whether the machine was quiet."""
    memory_kib = int(re.findall(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[0])
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": cpu_model(Path("/proc/cpuinfo").read_text()),
        "memory_gib": round(memory_kib / 1024**2, 1),
        "load_average_at_start": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "ansible-core": importlib.metadata.version("ansible-core"),
        "amazon.aws": _amazon_aws_version(),
        "boto3": importlib.metadata.version("boto3"),
    }


def is_quiet(machine: dict[str, Any]) -> bool:
    """Whether little else ran when the benchmark began."""
    return machine["load_average_at_start"] <= _QUIET_LOAD


def cpu_model(cpuinfo: str) -> str:
    """The processor's name as /proc/cpuinfo tells it, else the architecture."""
    found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    return found.group(1).strip() if found else platform.machine()


def _amazon_aws_version() -> str:
    manifest = Path(sysconfig.get_path("purelib"), "ansible_collections", "amazon", "aws", "MANIFEST.json")
    return str(json.loads(manifest.read_text())["collection_info"]["version"])
