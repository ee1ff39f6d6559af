# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the steps of an account visit hand on to each other."""

from __future__ import annotations

from typing import Any

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils.visit import visit

SOURCE = {"id": "s-1", "config": {}}


def test_a_step_is_handed_what_earlier_ones_found() -> None:
    begun = visit("shop", begins=True)
    begun.note({"session": "sealed", "data_source": SOURCE})
    later = visit("shop", begins=False)
    assert later.options("access_key") == {"session": "sealed", "known": SOURCE}
    assert later.options("user") == {"session": "sealed"}
    assert not later.has_failed


def test_what_a_later_step_says_nothing_about_stays() -> None:
    begun = visit("shop", begins=True)
    begun.note({"session": "sealed", "data_source": SOURCE})
    begun.note({"changed": True})
    assert (begun.session, begun.data_source) == ("sealed", SOURCE)


def test_a_failure_is_remembered() -> None:
    begun = visit("shop", begins=True)
    begun.note({"failed": True})
    assert visit("shop", begins=False).has_failed


def test_a_new_visit_and_another_host_begin_with_nothing() -> None:
    visit("shop", begins=True).note({"failed": True, "session": "sealed"})
    assert visit("other", begins=False).options("user") == {"session": None}
    visit("shop", begins=True).note({"failed": True, "session": "sealed"})
    assert not visit("shop", begins=True).has_failed


def test_a_later_task_goes_on_from_what_the_earlier_one_registered() -> None:
    registered: dict[str, Any] = {"results": [{"session": "sealed"}, {"data_source": SOURCE, "failed": True}]}
    visit("other", begins=True)
    continued = visit("shop", begins=False, earlier=registered)
    assert continued.options("access_key") == {"session": "sealed", "known": SOURCE}
    assert continued.has_failed
