# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files by which the workers of this machine, of one user, agree with each other."""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import hashlib
import os
import tempfile
from typing import Iterator


@contextlib.contextmanager
def held(*name: str) -> Iterator[int]:
    """Holds the file of this name against all other processes; yields its descriptor.

    The kernel frees it when the process ends, however it ends. Raises OSError where it cannot be opened.
    """
    digest = hashlib.sha256("\n".join(name).encode()).hexdigest()[:16]
    path = os.path.join(tempfile.gettempdir(), "finops_for_cloud-{0}-{1}.lock".format(getpass.getuser(), digest))
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
