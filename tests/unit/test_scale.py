# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sums for many accounts: the page has those of the figures that were measured."""

from __future__ import annotations

import json

import pytest

from tests.emulator.platform.store import CloudAccount
from tests.scale import (
    ACCOUNTS_OF_A_SLICE,
    ASSUMED_A_SECOND,
    DOCS,
    LISTED_BYTES,
    SIZES,
    Measured,
    Sums,
    assumed_a_second,
    in_words,
    one_run,
    queue_dollars,
    sliced,
)

MEASURED = Measured.read((DOCS / "limits.md").read_text())
PAGE = (DOCS / "scale.md").read_text()


def test_the_page_has_the_tables() -> None:
    assert one_run(MEASURED) in PAGE
    assert sliced(MEASURED) in PAGE


def test_at_the_sizes_that_were_measured_the_sums_are_what_was_measured() -> None:
    for number, accounts in enumerate(MEASURED.accounts):
        sums = Sums(accounts, MEASURED)
        assert (sums.rerun, sums.memory, sums.calls) == pytest.approx(
            (MEASURED.seconds[number], MEASURED.mebibytes[number], MEASURED.calls[number])
        )


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("4.1 for an account", lambda: f"{(Sums(10_000, MEASURED).calls / 10_000):.1f} for an account"),
        ("50 minutes", lambda: in_words(Sums(10_000, MEASURED).creating).replace("min", "minutes")),
        ("2.5 GiB", lambda: f"{Sums(10_000, MEASURED).memory / 1024:.1f} GiB"),
        ("8 hours", lambda: f"{Sums(100_000, MEASURED).creating // 3600:.0f} hours"),
        ("read 7 GB of it", lambda: f"read {Sums(100_000, MEASURED).listing * 100 / 1000:.0f} GB of it"),
        ("costs 50 KiB", lambda: f"costs {MEASURED.kibibytes:.0f} KiB"),
        ("ten CPU hours", lambda: {10: "ten CPU hours"}.get(round(Sums(100_000, MEASURED).cpu / 3600), "more")),
    ],
)
def test_what_the_page_says_besides_its_tables(words: str, value: object) -> None:
    assert callable(value) and value() == words
    assert words in PAGE


def test_no_slice_meets_what_sts_takes() -> None:
    assert all(assumed_a_second(Sums(size, MEASURED), 40) < ASSUMED_A_SECOND for size in SIZES)
    assert MEASURED.accounts[-1] == ACCOUNTS_OF_A_SLICE


def test_the_queue_is_free_until_it_has_hundreds_of_thousands_of_messages() -> None:
    assert queue_dollars(100_000) == 0
    assert queue_dollars(1_000_000) > 0


def test_a_data_source_is_listed_in_as_many_bytes() -> None:
    identifier = "7d3a0b5e-2f37-4d2c-9a51-0c3f6c1d8a42"
    role = {
        "assume_role_account_id": "111122223333",
        "assume_role_name": "FinOpsForCloudAccessRole",
        "linked": True,
    }
    moments = dict.fromkeys(("last_import_at", "last_import_modified_at", "last_import_attempt_at"), 1_790_000_000)
    source = CloudAccount(
        identifier, identifier, "aws-111122223333", "aws_cnr", role, "111122223333", 1_790_000_000, **moments
    )
    assert len(json.dumps(source.public)) == pytest.approx(LISTED_BYTES, rel=0.1)
