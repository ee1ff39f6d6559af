# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others wrote, such as the name of an account, marked so that Ansible never takes it as a template."""

from __future__ import annotations

from typing import Any


def untrusted(value: Any) -> Any:
    """The value with all texts in it marked.

    Since ansible-core 2.19 nothing is a template unless it is marked as one; before, everything is unless marked so.
    """
    try:
        from ansible.template import trust_as_template as dummy  # noqa: F401
    except ImportError:
        from ansible.utils.unsafe_proxy import wrap_var

        return wrap_var(value)
    return value
