# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's own arithmetic: settings, fleets, checks, medians, ratios, tables."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._knowledge import bucket_policy, policies
from tests.bench import before, parts
from tests.bench.contenders import AUDIT, FIRST_OURS, FLOOR, LATE, LATE_BEFORE, OURS, Site
from tests.bench.emulator import BenchError
from tests.bench.figures import Results, Target, judged, medians
from tests.bench.fleet import Account, members_of
from tests.bench.measure import Usage, descendants, measured
from tests.bench.page import page_of
from tests.bench.parts import matches
from tests.bench.report import result_of, shown, table, text_of
from tests.bench.runs import Run, calls_of_cases, problem_of
from tests.bench.settings import Settings, read_settings

PEER = Path(__file__).resolve().parents[1] / "bench" / "peer"
MACHINE = {"cores": 2, "cpu": "a processor", "memory_gib": 24.0, "load_average_at_start": 0.1}
VERSIONS = {"python": "3.11", "ansible-core": "2.19", "amazon.aws": "10.1", "boto3": "1.44", "system": "Linux"}


def run(contender: str, accounts: int, cpu: float, part: str = "standalone", number: int = 1, **others: Any) -> Run:
    """A run with the given CPU seconds per account."""
    facts: dict[str, Any] = {
        "fleet": "mix" if part == "mix" else "standalone",
        "forks": 4,
        "wall_seconds": cpu * accounts / 2,
        "cpu_seconds": cpu * accounts,
        "system_cpu_seconds": 0.1,
        "largest_process_mib": 90.0,
        "all_processes_mib": 200.0,
        "emulator_cpu_seconds": 1.0,
        "emulator_cpu_share_of_wall": 0.1,
        "aws_calls": {"iam:ListPolicies": accounts},
        "platform_calls": {"platform:ListCloudAccounts": 1},
        "calls_of": {"standalone": 12.0},
        "throttled_calls": 0,
        "s3_bytes_per_account": 0.0,
    }
    return Run(
        part, accounts=accounts, contender=contender, number=number, cpu_seconds_per_account=cpu, **(facts | others)
    )


AUDITED: dict[str, Any] = {
    "part": "audit",
    "calls_of": {"management": 66.0, "standalone": 17.0, "member": 9.0},
    "aws_calls": {"organizations:ListAccounts": 51},
    "platform_calls": {
        "platform:ListCloudAccounts": 2,
        "platform:GetBreakdownExpenses": 2,
        "platform:ListReportImports": 21,
    },
    "s3_bytes_per_account": 2048.0,
}


def account(name: str, case: str, role: str = "") -> Account:
    return Account(name, case, f"id of {name}", "AKIA", "secret", role)


def call(owner: str, operation: str, write: bool = False, size: int = 0) -> dict[str, Any]:
    about = {"account": f"id of {owner}", "service": "iam", "operation": operation}
    return {**about, "write": write, "error": None, "size": size}


def site(*accounts: Account) -> Any:
    members = sum(bool(entry.role_arn) for entry in accounts)
    return SimpleNamespace(accounts=list(accounts), members=members)


def recap(**changed: int) -> str:
    lines = [
        f"{name} : ok=8    changed={count}    unreachable=0    failed=0    skipped=0" for name, count in changed.items()
    ]
    return "PLAY RECAP ****\n" + "\n".join(lines)


def usage(code: int = 0) -> Usage:
    return Usage(code, 1.0, 1.0, 0.1, 50.0, 60.0)


def test_what_the_environment_says() -> None:
    assert read_settings({}) == Settings()
    given = {"BENCH_ONLY": "mix,forks", "BENCH_RUNS": "5", "BENCH_FORKS": "8", "BENCH_SIZES": "3 4 5 6"}
    assert read_settings(given | {"BENCH_BEFORE": "v1"}) == Settings(
        ("mix", "forks"), 5, 8, False, before="v1", sizes=(3, 4, 5, 6)
    )
    assert "forks" in read_settings({"BENCH_FULL": "1"}).parts
    assert not read_settings({"BENCH_FULL": "0"}).full
    assert read_settings({}).is_whole
    assert not read_settings({"BENCH_SIZES": "3,4,5,6"}).is_whole
    assert not read_settings({"BENCH_ONLY": "mix"}).is_whole


@pytest.mark.parametrize(
    "variable, value", [("BENCH_ONLY", "peers"), ("BENCH_RUNS", "0"), ("BENCH_FORKS", "x"), ("BENCH_SIZES", "10,20")]
)
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    with pytest.raises(ValueError, match=variable):
        read_settings({variable: value})


@pytest.mark.parametrize("size, members", [(10, 8), (100, 97), (1000, 979), (3, 1)])
def test_a_mix_has_one_management_account_and_some_standalone(size: int, members: int) -> None:
    assert members_of("mix", size) == members
    assert members_of("standalone", size) == 0


def test_slow_contenders_meet_a_hundred_accounts_only_in_full() -> None:
    def sizes(settings: Settings) -> set[int]:
        found = [entry for match in matches(settings) for entry in match.entries]
        return {entry.size for entry in found if entry.contender.key in ("peer", "module_shell", "first_peer")}

    assert sizes(Settings()) == {10, 30}
    assert sizes(Settings(full=True)) == {10, 30, 100}


def test_the_processes_of_a_run_are_found_by_their_parents() -> None:
    assert sorted(descendants(5, {5: 1, 6: 5, 7: 6, 8: 1, 9: 7})) == [5, 6, 7, 9]


def test_a_measured_command_counts_its_children_and_leaves_none(tmp_path: Path) -> None:
    spin = "import time\nwhile time.process_time() < 0.5: pass"
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {spin!r}])\nprint('done')"
    ticks: list[float] = []
    found = measured(
        ["python3", "-c", script], {"PATH": "/usr/bin:/bin:/usr/local/bin"}, tmp_path / "o", tmp_path, ticks.append
    )
    assert found.exit_code == 0
    assert 0.5 <= found.cpu_seconds < 5
    assert found.wall_seconds >= 0.5
    assert found.all_processes_mib >= found.largest_process_mib > 1
    assert (tmp_path / "o").read_text() == "done\n"
    assert ticks


@pytest.mark.parametrize(
    "contender, code, output, calls, words",
    [
        (OURS, 0, recap(a=0), [call("a", "GetUser")], None),
        (OURS, 2, recap(a=0), [call("a", "GetUser")], "exit code 2"),
        (OURS, 0, recap(a=1), [call("a", "GetUser")], "not unchanged.*: a"),
        (OURS, 0, recap(b=0), [call("a", "GetUser")], "not run at all: a"),
        (OURS, 0, recap(a=0), [call("a", "CreateUser", True)], "id of a iam:CreateUser"),
        (OURS, 0, recap(a=0), [], "no calls for a"),
        (FIRST_OURS, 0, recap(a=3), [call("a", "CreateUser", True)], None),
        (FIRST_OURS, 0, recap(a=0), [call("a", "CreateUser", True)], "not changed"),
        (FLOOR, 0, "", [call("a", "GetUser")], None),
        (FLOOR, 0, "", [call("a", "DeleteUser", True)], "1 writes"),
    ],
)
def test_a_run_that_did_anything_else_is_told(
    contender: Any, code: int, output: str, calls: list[dict[str, Any]], words: str | None
) -> None:
    problem = problem_of(contender, site(account("a", "standalone")), usage(code), output, calls)
    if words is None:
        assert problem is None
    else:
        assert problem is not None
        assert re.search(words, problem), problem


def test_a_failed_account_is_named_even_where_the_exit_code_is_0() -> None:
    output = recap(a=0).replace("failed=0", "failed=1")
    assert "failed accounts: a" in str(problem_of(OURS, site(account("a", "member")), usage(), output, []))


def test_logins_by_role_count_for_members() -> None:
    accounts = [account("payer", "management"), account("one", "member", "role"), account("two", "member", "role")]
    calls = [call("payer", "AssumeRole")] * 2 + [call("payer", "GetUser")] * 3 + [call("one", "GetUser")] * 4
    assert calls_of_cases(site(*accounts), calls) == {"management": 3, "member": 5}


def test_medians_are_of_repetitions_of_the_same_run() -> None:
    cpus = (1.0, 9.0, 2.0)
    found = medians([run("ours", 10, cpu, number=number) for number, cpu in enumerate(cpus)] + [run("ours", 30, 7.0)])
    assert [(row["accounts"], row["runs"], row["cpu_seconds_per_account"]) for row in found] == [
        (10, 3, 2.0),
        (30, 1, 7.0),
    ]
    assert found[0]["wall_seconds_per_account"] == 1.0
    assert found[0]["aws_calls"] == {"iam:ListPolicies": 10}


CREATIONS = {"platform:CreateCloudAccount": 100}


def complete() -> list[Run]:
    """A run of everything that a ratio needs."""
    mix = {"part": "mix", "calls_of": {"management": 11.0, "standalone": 12.0, "member": 6.0}}
    return [
        run("ours", 100, 0.2),
        run("check", 100, 0.3),
        run("floor", 100, 0.1),
        run("floor_shared_models", 100, 0.05),
        run("peer", 10, 9.0),
        run("peer", 30, 4.0),
        run("module_shell", 30, 5.0),
        run("ours", 100, 0.2, **mix),
        run("ours", 1000, 0.3, **mix, all_processes_mib=900.0),
        run("first_ours", 100, 0.5, part="first"),
        run("first_peer", 30, 5.0, part="first"),
        run("ours", 100, 0.2, part="polite", wall_seconds=10.0),
        run("throttled", 100, 0.2, part="polite", wall_seconds=12.5),
        run("first_ours", 100, 0.5, part="slow", wall_seconds=24.0),
        run("slow_platform", 100, 0.5, part="slow", wall_seconds=36.0, platform_calls=CREATIONS),
        *late("mix", 8.0, 0.15),
        *late("standalone", 12.0, 0.3),
        run("audit", 1000, 0.5, **AUDITED),
    ]


def late(fleet: str, wall: float, cpu: float) -> list[Run]:
    """Runs against an AWS that answers late, of which the one before took 20 seconds and 0.3 CPU seconds an account."""
    return [
        run("late", 100, cpu, part="latency", fleet=fleet, wall_seconds=wall),
        run("late_before", 100, 0.3, part="latency", fleet=fleet, wall_seconds=20.0),
        run("not_late", 100, cpu, part="latency", fleet=fleet, wall_seconds=5.0),
    ]


def test_ratios() -> None:
    results = Results(medians(complete()))
    assert results.ratios() == {
        "cpu_peer_over_ours_100": 20.0,
        "cpu_module_shell_over_ours_100": 25.0,
        "cpu_ours_over_floor_100": 2.0,
        "cpu_ours_over_floor_shared_models_100": 4.0,
        "calls_per_management_account": 11.0,
        "calls_per_standalone_account": 12.0,
        "calls_per_member_account": 6.0,
        "platform_list_calls_per_run": 1,
        "time_per_account_1000_over_100": 1.5,
        "wall_seconds_1000": 150.0,
        "peak_memory_mib_1000": 900.0,
        "first_run_cpu_peer_over_ours_100": 10.0,
        "check_mode_cpu_over_rerun_100": 1.5,
        "throttled_over_calm_wall": 1.25,
        "throttled_speed_over_calm": 0.8,
        "slow_platform_seconds_100": 36.0,
        "slow_platform_creations_seconds_100": 30.0,
        "quick_platform_seconds_100": 24.0,
        "slow_platform_over_creations_100": 1.2,
        "slow_platform_over_unavoidable_100": 1.2,
        "late_wall_over_before_mix_100": 0.4,
        "late_cpu_over_before_mix_100": 0.5,
        "late_calls_over_before_mix_100": 1.0,
        "not_late_wall_over_late_before_mix_100": 0.25,
        "late_wall_over_before_standalone_100": 0.6,
        "late_cpu_over_before_standalone_100": 1.0,
        "late_calls_over_before_standalone_100": 1.0,
        "not_late_wall_over_late_before_standalone_100": 0.25,
        "audit_calls_per_standalone_account": 17.0,
        # Of the 66 calls 50 were the pages after the first.
        "audit_calls_per_management_account": 16.0,
        "audit_calls_per_member_account": 9.0,
        "audit_platform_calls": 4,
        "audit_memory_mib_1000": 200.0,
        "audit_wall_seconds_1000": 250.0,
        "audit_cpu_seconds_per_account_1000": 0.5,
        "audit_s3_bytes_per_account_1000": 2048.0,
    }
    assert len([note for note in results.notes if "30 accounts, ours at 100" in note]) == 3


@pytest.mark.parametrize(
    ("quick", "slow", "ratio", "verdict"),
    [
        (24.0, 36.0, 1.2, "met"),
        (60.0, 66.0, 1.1, "met"),
        (60.0, 90.0, 1.5, "missed"),
        # Nobody can be faster than one creation after the other.
        (10.0, 27.0, 0.9, "missed"),
        (None, 36.0, None, "not measured"),
    ],
)
def test_what_a_slow_platform_costs_is_told_from_what_nobody_can_avoid(
    quick: float | None, slow: float, ratio: float | None, verdict: str
) -> None:
    runs = [run("slow_platform", 100, 0.5, part="slow", wall_seconds=slow, platform_calls=CREATIONS)]
    runs += [run("first_ours", 100, 0.5, part="slow", wall_seconds=quick)] if quick else []
    ratios = Results(medians(runs)).ratios()
    assert ratios["slow_platform_over_unavoidable_100"] == ratio
    found = {line["ratio"]: line["verdict"] for line in judged(ratios)}
    assert found["slow_platform_over_unavoidable_100"] == verdict


def test_first_runs_of_one_match_begin_with_fresh_accounts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    happened: list[str] = []
    fresh = SimpleNamespace(renew=lambda: happened.append("renewed"))
    monkeypatch.setattr(parts, "_open_site", lambda *dummy: fresh)
    monkeypatch.setattr(parts, "_run", lambda part, entry, *dummy: happened.append(entry.contender.key))
    (match,) = matches(Settings(parts=("slow",)))
    list(parts.play(match, Settings(runs=2), tmp_path, SimpleNamespace()))  # type: ignore[arg-type]
    assert " renewed ".join(["first_ours", "slow_platform"] * 2) == " ".join(happened)


def test_what_is_audited_was_connected_some_weeks_ago(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    happened: list[Any] = []
    emulator = SimpleNamespace(begin_past=happened.append, let_past_go_by=lambda: happened.append("gone by"))
    fleet = SimpleNamespace(emulator=emulator, accounts=[account("payer", "management")])
    monkeypatch.setattr(parts, "_open_site", lambda *dummy: fleet)
    monkeypatch.setattr(parts, "_run", lambda part, entry, *dummy: happened.append(entry.contender.key))
    match = matches(Settings(parts=("audit",)))[0]
    list(parts.play(match, Settings(runs=2), tmp_path, SimpleNamespace()))  # type: ignore[arg-type]
    assert happened == [["id of payer"], "first_ours", "gone by", "audit", "audit"]


def test_each_audit_writes_a_report_of_its_own(tmp_path: Path) -> None:
    commands = [Site.command(SimpleNamespace(folder=tmp_path), AUDIT, 4) for dummy in range(2)]  # type: ignore[arg-type]
    folders = {command[-1] for command in commands}
    assert len(folders) == 2 and all(folder.startswith(f"finops_report_dir={tmp_path}") for folder in folders)


def test_a_run_before_is_of_the_collection_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(before, "_FOLDER", tmp_path / "build")
    checkout = tmp_path / "earlier"
    checkout.mkdir()
    (checkout / "galaxy.yml").touch()
    found = before.collections_of(str(checkout))
    assert (found / "ansible_collections" / "finops_for_cloud" / "aws").resolve() == checkout
    with pytest.raises(BenchError, match="BENCH_BEFORE: 'no-such' is neither"):
        before.collections_of("no-such")


def test_only_the_run_before_is_given_another_collection(tmp_path: Path) -> None:
    found = SimpleNamespace(folder=tmp_path, before=tmp_path / "before")
    environments = [Site.environment(found, contender) for contender in (LATE, LATE_BEFORE)]  # type: ignore[arg-type]
    assert [one.get("ANSIBLE_COLLECTIONS_PATH") for one in environments] == [None, str(tmp_path / "before")]


def test_no_note_where_the_peer_met_as_many_accounts() -> None:
    results = Results(medians([run("ours", 100, 0.2), run("peer", 30, 9.0), run("peer", 100, 4.0)]))
    assert results.ratios()["cpu_peer_over_ours_100"] == 20.0
    assert results.notes == []


def test_what_was_not_run_has_no_ratio() -> None:
    ratios = Results([]).ratios()
    assert set(ratios.values()) == {None}
    assert {line["verdict"] for line in judged(ratios)} == {"not measured"}


@pytest.mark.parametrize(
    "value, verdict", [(2.9, "missed"), (3, "met"), (4, "met"), (4.1, "missed"), (None, "not measured")]
)
def test_verdicts(value: float | None, verdict: str) -> None:
    assert Target("a", "from 3 to 4", least=3, most=4).verdict(value) == verdict


def test_a_table_aligns_names_left_and_numbers_right() -> None:
    assert table(("who", "s"), [["ours", "10.5"], ["peer", "-"]]) == "who      s\nours  10.5\npeer     -"


@pytest.mark.parametrize("value, text", [(None, "-"), (1, "1"), (0.456, "0.46"), (123.4, "123"), (12.0, "12")])
def test_figures_are_shown_shortly(value: float | None, text: str) -> None:
    assert shown(value) == text


def test_the_text_and_the_page_tell_every_target_and_note() -> None:
    busy = {**MACHINE, **VERSIONS, "load_average_at_start": 3.2}
    result = result_of(Settings(), busy, complete(), [])
    assert json.loads(json.dumps(result))["ratios"] == result["ratios"]
    page, text = page_of(result), text_of(result)
    for line in result["targets"]:
        assert f"{line['verdict']}" in text and line["target"] in text and line["target"] in page
    assert "not quiet" in text and "not quiet" in page
    assert page.count('class="bar peer"') == 1 and page.count("width: 100.0%") == 2
    assert "http" not in page


def test_runs_are_told_apart_by_part_fleet_contender_and_forks() -> None:
    one = run("ours", 10, 1.0)
    for name, value in (("part", "mix"), ("fleet", "mix"), ("accounts", 11), ("contender", "peer"), ("forks", 5)):
        assert dataclasses.replace(one, **{name: value}).key != one.key
    assert dataclasses.replace(one, number=2).key == one.key


def test_the_peer_is_given_our_documents() -> None:
    variables = {"finops_account_id": "123456789012", "peer_bucket": "billing-export-123456789012"}
    bucket = variables["peer_bucket"]

    def rendered(name: str) -> Any:
        return json.loads(jinja2.Template((PEER / "templates" / name).read_text()).render(variables))

    assert rendered("billing_import.json.j2") == policies.policy_document(
        "FinOpsForCloudBillingImport", "documented", "aws", bucket
    )
    assert rendered("bucket_policy.json.j2") == bucket_policy.merged(None, "aws", "123456789012", bucket)
    discovery = json.loads((PEER / "files" / "resource_discovery.json").read_text())
    assert discovery == policies.policy_document("FinOpsForCloudResourceDiscovery", "documented", "aws")
