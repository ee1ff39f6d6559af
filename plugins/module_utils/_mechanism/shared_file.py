# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files by which the runs of one user on this machine agree with each other.

They lie in a folder that is this user's alone, below the temporary folder, which runs from a terminal, a timer and a
container's service share. Nothing here needs the user to have a name or a home.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import mmap
import os
import random
import stat
import struct
import tempfile
import time
from typing import Callable, Iterator

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError

# Seconds that one holder is waited for, and after which somebody is told.
PATIENCE, NOTICE = 600.0, 20.0
# Seconds between two tries: soon at first, then ever later.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.1
# The holder, at the beginning of each file: its process, and since when, as seconds since the epoch.
_HOLDER = struct.Struct("qd")
# A process and those that it forks, as Ansible does its workers, share this memory: the holder that somebody was told of,
# then a byte for each of them that waits.
_FAMILY = mmap.mmap(-1, 4096)


class Busy(FinopsError):
    """One holder kept a file for all the time that it was waited for; nothing was done."""

    finding_code = "PLATFORM_BUSY"

    def __init__(self, process: int, patience: float) -> None:
        super().__init__(
            "another run on this machine, process {0}, has kept its turn for {1:g} seconds; it may be stopped. End it, or "
            "let it go on, and run again".format(process, patience)
        )


class SharedFile:
    """A file that is held; content is what its holders leave to each other."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self, size: int) -> bytes:
        """The first bytes of the content; fewer where there are not so many."""
        return os.pread(self._descriptor, size, _HOLDER.size)

    def write(self, content: bytes) -> None:
        """Replace the first bytes of the content."""
        os.pwrite(self._descriptor, content, _HOLDER.size)


@contextlib.contextmanager
def held(*name: str, patience: float = PATIENCE, say: Callable[[str], None] | None = None) -> Iterator[SharedFile]:
    """Holds the file of this name against all other processes of this user.

    The kernel frees it when the process ends, however it ends.
    patience: seconds that one and the same holder is waited for; while holders change, the wait goes on.
    say: is told who is waited for for long, by one of all the processes that Ansible forked; and who has it is counted by
    waiting().
    Raises FinopsError where the file cannot be had, Busy where its holder does not let go.
    """
    with _opened("{0}.lock".format(hashlib.sha256("\n".join(name).encode()).hexdigest()[:16])) as descriptor:
        _lock(descriptor, patience, say)
        os.pwrite(descriptor, _HOLDER.pack(os.getpid(), time.time()), 0)
        yield SharedFile(descriptor)


def waiting() -> int:
    """How many of the processes that this one forked have been waiting in held() for more than a moment."""
    places = _FAMILY[_HOLDER.size :]
    return len(places) - places.count(0)


def _lock(descriptor: int, patience: float, say: Callable[[str], None] | None) -> None:
    holder, since, is_told, pause = b"", time.monotonic(), False, _FIRST_PAUSE
    try:
        while not _taken(descriptor):
            now, found = time.monotonic(), os.pread(descriptor, _HOLDER.size, 0)
            if found != holder:
                holder, since, is_told = found, now, False
            process = _HOLDER.unpack(found)[0] if len(found) == _HOLDER.size else 0
            if now - since > patience:
                raise Busy(process, patience)
            if say is not None:
                _note(is_waiting=pause == _LONGEST_PAUSE)
            if say is not None and now - since > NOTICE and not is_told:
                is_told = True
                if _is_news(found):
                    words = "waiting for process {0} on this machine, whose turn it is, for up to {1:g} seconds"
                    say(words.format(process, patience))
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(2 * pause, _LONGEST_PAUSE)
    finally:
        _note(is_waiting=False)


def _note(is_waiting: bool) -> None:
    _FAMILY[_HOLDER.size + os.getpid() % (len(_FAMILY) - _HOLDER.size)] = is_waiting


def _is_news(holder: bytes) -> bool:
    """Whether this holder is another one than somebody was told of last; it is that one from now on."""
    holder = holder.ljust(_HOLDER.size, b"?")
    told = _FAMILY[: _HOLDER.size]
    _FAMILY[: _HOLDER.size] = holder
    return told != holder


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise FinopsError("a file in {0} cannot be locked: {1}".format(tempfile.gettempdir(), error.strerror))
    return True


@contextlib.contextmanager
def _opened(name: str) -> Iterator[int]:
    path = os.path.join(_folder(), name)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        raise FinopsError("the file {0} cannot be opened: {1}. Remove it".format(path, error.strerror))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FinopsError("{0} is no file. Remove it".format(path))
        yield descriptor
    finally:
        os.close(descriptor)


def _folder() -> str:
    """The folder of this user alone; made where it is missing."""
    path = os.path.join(tempfile.gettempdir(), "finops_for_cloud-{0}".format(os.getuid()))
    try:
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)
        found = os.lstat(path)
    except OSError as error:
        raise FinopsError("the folder {0} cannot be made: {1}".format(path, error.strerror))
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise FinopsError(
            "{0} is not a folder of this user alone (mode 0700), so nothing in it can be trusted. Remove it".format(
                path
            )
        )
    return path
