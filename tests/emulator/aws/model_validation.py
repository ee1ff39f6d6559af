# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything a botocore model says about a request: type, required, length, range, enum and pattern."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.model import Shape
from botocore.validate import ParamValidator


@functools.cache
def input_shape(service: str, operation: str) -> Shape:
    """The request shape of an operation."""
    return botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape


def problems(service: str, operation: str, params: dict[str, Any]) -> list[str]:
    """
    What is wrong with a request.

    botocore's own validator knows types, required members and least lengths; greatest lengths and values,
    enums and patterns (which must match the whole value) are only checked by the service.
    """
    shape = input_shape(service, operation)
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        return [line for line in report.generate_report().split("\n") if line]
    return list(_walk(shape, params, ""))


def _failed(value: Any, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: Member must {constraint}"


def _walk(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """The problems of one value and of everything in it."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                yield from _walk(member, value[name], f"{path}.{_lower_first(name)}".lstrip("."))
        return
    if shape.type_name == "list":
        yield from _length(shape, value, path)
        for number, item in enumerate(value, 1):
            yield from _walk(shape.member, item, f"{path}.{number}.member")
        return
    if shape.type_name == "map":
        yield from _length(shape, value, path)
        for key, item in value.items():
            yield from _walk(shape.key, key, f"{path}.key")
            yield from _walk(shape.value, item, f"{path}.{key}.member")
        return
    if shape.type_name == "string":
        yield from _length(shape, value, path)
        yield from _text(shape, value, path)
    elif shape.type_name in ("integer", "long"):
        limit = shape.metadata.get("max")
        if limit is not None and value > limit:
            yield _failed(value, path, f"have value less than or equal to {limit}")


def _length(shape: Shape, value: Any, path: str) -> Iterator[str]:
    limit = shape.metadata.get("max")
    if limit is not None and len(value) > limit:
        yield _failed(value, path, f"have length less than or equal to {limit}")


def _text(shape: Shape, value: str, path: str) -> Iterator[str]:
    choices = shape.metadata.get("enum")
    if choices and value not in choices:
        yield _failed(value, path, f"satisfy enum value set: [{', '.join(choices)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield _failed(value, path, f"satisfy regular expression pattern: {pattern}")


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


def message(found: list[str]) -> str:
    """The problems in AWS's form."""
    return f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: {'; '.join(found)}"
