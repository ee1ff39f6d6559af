# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in of the controller's API that stores what it is sent, as much of it as awx.awx's modules ask for.

It runs nothing. Secret inputs of credentials it takes and never shows again, as the controller does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]
API = "/api/v2/"
ENCRYPTED = "$encrypted$"
# The kinds whose names stand in one list, as whatever a workflow's node or a schedule can start.
UNIFIED = ("projects", "inventory_sources", "job_templates", "workflow_job_templates", "workflow_approval_templates")
# The types that the controller brings, with the secret fields of each.
BUILT_IN = {"Amazon Web Services": ("password", "security_token"), "Vault": ("vault_password",)}


class Controller:
    """The objects by kind and id; `writes` are the requests that change something, as method and path."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[int, Json]] = {}
        self.related: dict[str, list[int]] = {}
        self.surveys: dict[str, Json] = {}
        self.writes: list[str] = []
        self.secrets: list[str] = []
        self._last_id = 0
        for name, secrets in BUILT_IN.items():
            fields = [{"id": field, "secret": True} for field in secrets]
            self._make("credential_types", {"name": name, "inputs": {"fields": fields}})

    def __call__(self, environment: Json, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        length = int(environment.get("CONTENT_LENGTH") or 0)
        body = json.loads(environment["wsgi.input"].read(length) or b"{}") if length else {}
        method, path = environment["REQUEST_METHOD"], environment["PATH_INFO"]
        status, answer = self.answer(method, path, dict(parse_qsl(environment.get("QUERY_STRING", ""))), body)
        start_response(f"{status} any", [("Content-Type", "application/json")])
        return [b"" if answer is None else json.dumps(answer).encode()]

    def answer(self, method: str, path: str, query: dict[str, str], body: Json) -> tuple[int, Json | None]:
        """The status and the content; 404 for what is no address of the real one's, or not there."""
        kind, *rest = path.removeprefix(API).strip("/").split("/")
        if kind in ("me", "ping", "tokens", ""):
            return 200, {"count": 1, "results": [{"id": 1}]}
        if method != "GET":
            self.writes.append(f"{method} {path}")
        if not rest:
            return (
                (201, self.shown(kind, self._make(kind, body))) if method == "POST" else (200, self._list(kind, query))
            )
        item = self.objects.get(kind, {}).get(int(rest[0]))
        if item is None:
            return 404, {"detail": "Not found."}
        if len(rest) == 1:
            if method == "PATCH":
                self._change(kind, item, body)
            return 200, self.shown(kind, item)
        return self._below(kind, item, rest[1], method, path, body)

    def _below(self, kind: str, item: Json, name: str, method: str, path: str, body: Json) -> tuple[int, Json | None]:
        if name == "survey_spec":
            if method == "POST":
                self.surveys[path] = body
            return 200, self.surveys.get(path, {})
        if name == "create_approval_template":
            made = self._make("workflow_approval_templates", body)
            item["unified_job_template"] = made["id"]
            return 201, self.shown("workflow_approval_templates", made)
        if kind == "workflow_approval_templates" or not re.fullmatch(
            r"credentials|\w+_nodes|notification_templates_\w+", name
        ):
            return 404, {"detail": "Not found."}
        linked = self.related.setdefault(path, [])
        if method == "POST":
            if body.get("disassociate"):
                linked.remove(body["id"])
            else:
                linked.append(body["id"])
            return 204, None
        return 200, _page([{"id": one} for one in linked])

    def _make(self, kind: str, body: Json) -> Json:
        self._last_id += 1
        item = {"id": self._last_id, "type": kind.removesuffix("s"), "url": f"{API}{kind}/{self._last_id}/"}
        self.objects.setdefault(kind, {})[self._last_id] = item
        self._change(kind, item, body)
        return item

    def _change(self, kind: str, item: Json, body: Json) -> None:
        values = dict(body)
        if kind == "credentials" and "inputs" in values:
            known = self.objects["credential_types"][values.get("credential_type") or item["credential_type"]]
            secret = {field["id"] for field in known["inputs"]["fields"] if field.get("secret")}
            self.secrets += [value for key, value in values["inputs"].items() if key in secret and value != ENCRYPTED]
            values["inputs"] = {
                key: ENCRYPTED if key in secret and value else value for key, value in values["inputs"].items()
            }
        item.update(values)

    def shown(self, kind: str, item: Json) -> Json:
        """An object with the addresses of what belongs to it."""
        related = {"survey_spec": f"{item['url']}survey_spec/"}
        if kind == "workflow_job_template_nodes" and "unified_job_template" in item:
            number = item["unified_job_template"]
            found = next(one for one in UNIFIED if number in self.objects.get(one, {}))
            related["unified_job_template"] = f"{API}{found}/{number}/"
        return {"scm_revision": "", "summary_fields": {}, **item, "related": related}

    def _list(self, kind: str, query: dict[str, str]) -> Json:
        kinds = UNIFIED if kind == "unified_job_templates" else (kind,)
        found = [(one, item) for one in kinds for item in self.objects.get(one, {}).values()]
        wanted = {key.removeprefix("or__"): value for key, value in query.items() if not key.startswith("page")}
        # Of the filters that a kind has no field for, the real one would complain.
        fits = [
            (one, item)
            for one, item in found
            if all(str(item.get(key, value)) == value for key, value in wanted.items())
        ]
        return _page([self.shown(one, item) for one, item in fits])


def _page(results: list[Json]) -> Json:
    return {"count": len(results), "next": None, "previous": None, "results": results}
