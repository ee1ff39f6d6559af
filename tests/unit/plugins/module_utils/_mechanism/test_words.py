# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What leaves the core calls options by their readers' names and shows no secret."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.words import MASK, masked, worded

SECRET = "wJalr/XUtn+FEMI='\"\\é"


def test_options_get_their_readers_names_wherever_they_stand() -> None:
    value = {"msg": "O(prefix): and O(cur_name)", "list": ["O(prefix)", ("O(prefix)", 5, None, True)]}
    assert worded(value, {"prefix": "finops_cur_prefix"}) == {
        "msg": "finops_cur_prefix: and cur_name",
        "list": ["finops_cur_prefix", ["finops_cur_prefix", 5, None, True]],
    }


@pytest.mark.parametrize("text", ["no option", "O()", "O(UPPER)", "FOO(prefix", "O prefix"])
def test_other_words_stay(text: str) -> None:
    assert worded(text, {"prefix": "x", "": "y"}) == text


@pytest.mark.parametrize(
    "shown",
    [SECRET, json.dumps(SECRET)[1:-1], repr(SECRET)[1:-1], quote(SECRET, safe="")],
    ids=["as it is", "in JSON", "as a literal", "in a URL"],
)
def test_a_secret_is_masked_however_it_was_quoted(shown: str) -> None:
    assert masked(f"before {shown} after", [SECRET]) == "before VALUE_SPECIFIED_IN_NO_LOG_PARAMETER after"


@pytest.mark.parametrize("shown", ["abc", "abc\n", "abc\\n"])
def test_white_space_around_a_secret_hides_nothing_of_it(shown: str) -> None:
    assert "abc" not in masked(f"Invalid header value b'{shown}'", ["abc\n"])


def test_a_secret_whose_lines_were_joined_is_masked() -> None:
    assert masked("x a b y", ["a\n  b"]) == f"x {MASK} y"


def test_all_texts_are_masked_and_nothing_else_changes() -> None:
    value: dict[str, Any] = {"a": ["s3cret", {"b": ("x s3cret", 7)}], "n": None, "ok": True}
    assert masked(value, ["s3cret"]) == {"a": [MASK, {"b": [f"x {MASK}", 7]}], "n": None, "ok": True}
    assert value["a"][0] == "s3cret"


def test_a_secret_that_begins_with_another_goes_whole() -> None:
    assert masked("secretly secret", ["secret", "secretly"]) == f"{MASK} {MASK}"


def test_a_secret_that_is_a_word_of_the_mask_is_masked_once() -> None:
    assert masked("x VALUE y NO", ["VALUE", "NO"]) == f"x {MASK} y {MASK}"


@pytest.mark.parametrize("secrets", [[], [""], [" \n"]])
def test_without_a_secret_nothing_is_masked(secrets: list[str]) -> None:
    assert masked({"a": "b c"}, [secret.strip() for secret in secrets]) == {"a": "b c"}
    assert masked({"a": "bc"}, secrets) == {"a": "bc"}
