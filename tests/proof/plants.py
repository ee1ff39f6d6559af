# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every single fault, each planted into an account of its own."""

from __future__ import annotations

from tests.proof import plants_of_identities, plants_of_reports, plants_of_sources
from tests.proof.plant import Plant


def all_plants() -> list[Plant]:
    """Every one of them."""
    return [
        *plants_of_reports.of_the_export(),
        *plants_of_reports.of_the_bucket(),
        *plants_of_reports.of_deliveries(),
        *plants_of_reports.of_columns(),
        *plants_of_identities.of_policies(),
        *plants_of_identities.of_the_user(),
        *plants_of_identities.of_keys(),
        *plants_of_sources.of_the_source(),
        *plants_of_sources.of_costs(),
    ]
