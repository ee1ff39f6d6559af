# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gates of `make lint` decide by themselves; what tools decide is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.lint import gates, links, planted, policies
from tests.lint.__main__ import Report, summary
from tests.lint.policies import Justification
from tests.lint.tree import CHECKOUT

BASE = "https://finops-for-cloud.example/aws"
PRESENT = ["README.md", "docs/findings.md", "docs/limits.md"]


@pytest.mark.parametrize(
    ("document", "text", "wrong"),
    [
        ("README.md", f"[findings]({BASE}/blob/main/docs/findings.md#codes)", ""),
        ("README.md", f"[all]({BASE}/tree/main/docs) {BASE}/issues {BASE}", ""),
        ("README.md", "[elsewhere](https://example.com/blob/main/x) [here](#more)", ""),
        ("README.md", f"[gone]({BASE}/blob/main/docs/gone.md)", "docs/gone.md: there is no such file"),
        ("README.md", "[relative](docs/findings.md)", "absolute"),
        ("docs/limits.md", "[findings](findings.md#codes) [up](../README.md)", ""),
        ("docs/limits.md", "[gone](gone.md)", "gone.md: there is no such file"),
        ("docs/docsite/links.yml", f"url: {BASE}/blob/main/docs/findings.md", ""),
        ("docs/docsite/links.yml", f"url: {BASE}/blob/main/docs/findings", "docs/findings: there is no such file"),
        ("plugins/modules/cur.py", "groups[0](key)", ""),
    ],
)
def test_a_link_that_leads_nowhere_is_named(document: str, text: str, wrong: str) -> None:
    found = list(links.problems(document, "first line\n" + text, BASE, PRESENT))
    assert len(found) == bool(wrong)
    assert all(line.startswith(f"{document}:2: ") and wrong in line for line in found)


@pytest.mark.parametrize(
    ("justified", "holds"),
    [
        ([Justification("dis.*", "STAR", "it reads")], True),
        ([], False),
        ([Justification("bucket", "STAR", "other policy")], False),
        ([Justification("dis.*", "OTHER", "other issue")], False),
        ([Justification("dis.*", "STAR", "it reads"), Justification("bucket", "STAR", "not found")], False),
    ],
)
def test_each_finding_needs_a_reason_and_each_reason_a_finding(
    justified: list[Justification], holds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "findings", lambda path: [(path.stem, "STAR", "words")])
    assert policies.are_justified([Path("discovery.json")], justified) is holds


def test_every_policy_is_written_in_every_variant(tmp_path: Path) -> None:
    names = {path.stem for path in policies.write(tmp_path)}
    assert len(names) == 5
    assert "bucket" in names
    assert {"FinOpsForCloudBillingImport-documented", "FinOpsForCloudBillingImport-least_privilege"} < names


@pytest.mark.parametrize(
    ("line", "is_bad"),
    [
        ("Loading role _steps", False),
        ("WARNING: roles/_steps:1: role-name: Role name _steps does not match", False),
        ("WARNING: roles/member:1: role-name: Role name member does not match", True),
        ("ERROR: unknown doc_fragment(s)", True),
        ("WARNING: No changelog found.", True),
        ("Error during importer run", True),
        ("Linting for no ERROR: in here", False),
    ],
)
def test_a_bad_line_of_the_importers_log_is_told_from_a_good_one(line: str, is_bad: bool) -> None:
    assert bool(gates.BAD_LOG_LINE.match(line)) is is_bad


def test_the_summary_counts_gates_and_what_was_skipped_of_them() -> None:
    reports = [
        Report("code", "passed", 1, "title\n"),
        Report("sanity", "passed", 9, "title\nSKIPPED: Python 3.9\nSKIPPED: Python 3.10\n"),
        Report("vulnerabilities", "skipped", 2, "title\nSKIPPED: no service\n"),
        Report("types", "FAILED", 3, "title\n"),
    ]
    *rest, count = summary(reports, 10).splitlines()
    assert count == "2 passed, 1 failed, 3 skipped"
    assert "SKIPPED: sanity: Python 3.9" in rest
    assert "FAILED: types" in rest
    assert rest[0].startswith("sanity 9 s, types 3 s")
    assert summary(reports[:1], 1).endswith("\n1 passed, 0 failed")


def test_each_hook_runs_the_gate_that_it_is_named_after() -> None:
    configuration = yaml.safe_load((CHECKOUT / ".pre-commit-config.yaml").read_text())
    names = {gate.__name__ for gate in gates.GATES}
    hooks = [hook for repository in configuration["repos"] for hook in repository["hooks"]]
    assert hooks
    for hook in hooks:
        assert hook["id"] in names - {"hooks"}
        assert hook["entry"] == ".venv/bin/python -m tests.lint " + hook["id"]


def test_every_gate_says_what_it_holds() -> None:
    assert all(gate.__doc__ for gate in gates.GATES)


def test_for_every_gate_a_fault_can_be_planted(tmp_path: Path) -> None:
    assert {fault.gate for fault in planted.FAULTS} == {gate.__name__ for gate in gates.GATES}
    for fault in planted.FAULTS:
        path = tmp_path / fault.gate / fault.path
        path.parent.mkdir(parents=True)
        original = CHECKOUT / fault.path
        path.write_text(original.read_text() if original.exists() else "")
        fault.plant(tmp_path / fault.gate)
        assert not original.exists() or path.read_text() != original.read_text()
