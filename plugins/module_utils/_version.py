# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Made by `make generated` from galaxy.yml; change it there.
"""The collection's version, as AWS's and the platform's logs see it."""

from __future__ import annotations

VERSION = "1.0.0"
USER_AGENT = "finops_for_cloud.aws/" + VERSION
