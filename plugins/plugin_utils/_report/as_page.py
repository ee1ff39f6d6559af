# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(report.html): one page that needs nothing else, no network either, from the files in C(page/)."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import jinja2
import markupsafe

from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.packed import packed, script_data
from ansible_collections.finops_for_cloud.aws.plugins.plugin_utils._report.shape import Report

_FOLDER = Path(__file__).parent / "page"
_STYLES = ("base.css", "fleet.css", "accounts.css")
_SCRIPTS = ("words.js", "build.js", "model.js", "summary.js", "unconnected.js", "accounts.js", "start.js")


def text(report: Report) -> str:
    """The page; a browser runs no script and no style in it but those two, whose digests its policy names."""
    style, script = _joined(_STYLES), '"use strict";\n(function () {{\n{0}}})();\n'.format(_joined(_SCRIPTS))
    environment = jinja2.Environment(autoescape=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string((_FOLDER / "page.html.j2").read_text(encoding="utf-8"))
    return template.render(
        style=markupsafe.Markup(style),
        script=markupsafe.Markup(script),
        data=markupsafe.Markup(script_data(packed(report))),
        style_digest=_digest(style),
        script_digest=_digest(script),
    )


def _joined(names: tuple[str, ...]) -> str:
    return "".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


def _digest(content: str) -> str:
    """As a Content Security Policy (level 2) names what may run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
