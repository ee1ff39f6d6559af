# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of all accounts that an inventory hands to each of its slices."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader

from ansible_collections.finops_for_cloud.aws.plugins.inventory.all_accounts import InventoryModule

CONFIGURATION = "plugin: finops_for_cloud.aws.all_accounts\n"


def test_every_account_of_the_sources_before_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inventory, path = InventoryData(), tmp_path / "zz_all_accounts.yml"
    path.write_text(CONFIGURATION)
    for group, host, account in (("member", "shop", "111122223333"), ("web", "search", "444455556666")):
        inventory.add_group(group)
        inventory.add_host(host, group)
        inventory.set_variable(host, "finops_account_id", account)
    inventory.add_child("member", "web")
    inventory.add_host("bastion")
    inventory.add_group("standalone")
    inventory.add_host("lab", "standalone")
    plugin = InventoryModule()
    assert plugin.verify_file(str(path)) and not plugin.verify_file(str(tmp_path / "organization.yml"))
    # It reads the options, which takes the whole of Ansible.
    monkeypatch.setattr(plugin, "_read_config_data", lambda path: {})
    plugin.parse(inventory, DataLoader(), str(path))
    assert inventory.groups["all"].vars["finops_all_accounts"] == {
        "shop": {"account_id": "111122223333", "case": "member"},
        "search": {"account_id": "444455556666", "case": "member"},
        "lab": {"account_id": None, "case": "standalone"},
    }
