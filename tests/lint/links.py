# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links between documents, and addresses of the repository's own: which of them lead nowhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

LINK = re.compile(r"\]\(\s*<?([^)\s>#]+)")
# What a forge shows at these addresses is a file or folder of the checkout; /issues and the like are its own pages.
FILE = re.compile(r"/(?:blob|tree)/main/([^#?]+)")


def problems(document: str, text: str, base: str, present: Collection[str]) -> Iterator[str]:
    """A line for each link that leads nowhere.

    document: its path in the checkout. base: the address of the repository. present: the files of the checkout.
    """
    folders = {name.rpartition("/")[0] for name in present}
    own = re.compile(re.escape(base) + r"""[^\s)>\]"'`,;]*""")
    for line_number, line in enumerate(text.splitlines(), 1):
        targets = [FILE.match(address.removeprefix(base)) for address in own.findall(line)]
        paths = [(found.group(1), found.group(1).rstrip("/.")) for found in targets if found]
        for target in LINK.findall(line) if document.endswith(".md") else ():
            if ":" not in target and document.endswith("README.md"):
                yield f"{document}:{line_number}: {target}: must be absolute, since Galaxy shows READMEs elsewhere"
            elif ":" not in target:
                paths.append((target, posixpath.normpath(posixpath.join(posixpath.dirname(document), target))))
        for target, path in paths:
            if path not in present and path not in folders:
                yield f"{document}:{line_number}: {target}: there is no such file"
