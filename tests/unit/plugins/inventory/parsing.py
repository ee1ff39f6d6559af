# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that takes inventory files as Ansible does, one for each line of its input: starting Ansible costs most."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, inventory_loader


def parsed(name: str, path: str) -> dict[str, Any]:
    """By host its variables, by group its hosts, what was warned of, and the error where there is one."""
    plugin, inventory, warnings = inventory_loader.get(name), InventoryData(), []
    plugin.warn = warnings.append
    error = None
    try:
        plugin.parse(inventory, DataLoader(), path)
        if plugin.get_option("cache"):
            plugin.update_cache_if_changed()
    except AnsibleError as problem:
        error = str(problem)
    ansibles_own = ("inventory_file", "inventory_dir")
    hosts = {
        host.name: {key: value for key, value in host.vars.items() if key not in ansibles_own}
        for host in inventory.hosts.values()
    }
    groups = {group.name: [host.name for host in group.hosts] for group in inventory.groups.values()}
    return {"hosts": hosts, "groups": groups, "warnings": warnings, "error": error}


def main() -> None:
    """Each line of the input is a plugin, a path, and the environment's variables for it."""
    init_plugin_loader([])
    before = dict(os.environ)
    for line in sys.stdin:
        name, path, environment = json.loads(line)
        os.environ.update(environment)
        print(json.dumps(parsed(name, path)), flush=True)
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    main()
