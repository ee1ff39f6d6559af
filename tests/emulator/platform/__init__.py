# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded FinOps platform: its REST API with its rules, error codes and unpleasant habits.

`facts/platform.md` of the project is where the rules come from; docstrings name the fact.
"""
