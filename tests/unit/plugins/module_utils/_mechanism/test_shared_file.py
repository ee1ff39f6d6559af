# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that runs share: one holder at a time, in a folder that nobody else can prepare."""

from __future__ import annotations

import getpass
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism import shared_file
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.errors import FinopsError
from ansible_collections.finops_for_cloud.aws.plugins.module_utils._mechanism.shared_file import Busy, held


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def folder(temporary: Path) -> Path:
    return temporary / f"finops_for_cloud-{os.getuid()}"


def hold(pipe: Connection) -> None:
    """Another process: says when it holds the file, and holds it until it is told to end."""
    with held("a file"):
        pipe.send("held")
        pipe.recv()


@pytest.fixture
def holder() -> Iterator[tuple[int, Connection]]:
    here, there = multiprocessing.get_context("fork").Pipe()
    process = multiprocessing.get_context("fork").Process(target=hold, args=(there,))
    process.start()
    assert here.recv() == "held" and process.pid
    yield process.pid, here
    process.kill()
    process.join()


class Clock:
    """A clock that only sleeping moves, a hundred times as far as it should."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.slept = 0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += 100 * seconds
        self.slept += 1


def test_content_is_kept_from_holder_to_holder() -> None:
    with held("a file") as file:
        assert file.read(3) == b""
        file.write(b"abc")
    with held("a file") as file:
        assert file.read(2) == b"ab"
    with held("another file") as file:
        assert file.read(3) == b""


def test_a_holder_that_ends_lets_go_however_it_ends(holder: tuple[int, Connection]) -> None:
    os.kill(holder[0], 9)
    with held("a file"):
        pass


def test_it_waits_until_the_holder_lets_go(holder: tuple[int, Connection]) -> None:
    ended: list[float] = []

    def let_go() -> None:
        ended.append(time.monotonic())
        holder[1].send("end")

    threading.Timer(0.2, let_go).start()
    with held("a file"):
        assert ended


def test_a_holder_that_does_not_let_go_is_named_and_waited_for_only_so_long(
    holder: tuple[int, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, said = Clock(monkeypatch), list[str]()
    with (
        pytest.raises(Busy, match=f"process {holder[0]}, has kept its turn for 600 seconds") as error,
        held("a file", say=said.append),
    ):
        pytest.fail("it is held")
    assert error.value.finding_code == "PLATFORM_BUSY"
    assert len(said) == 1 and f"process {holder[0]}" in said[0]
    assert 600 < clock.now < 620
    # Without spinning.
    assert clock.slept < 200


def test_nobody_is_told_of_a_short_wait(holder: tuple[int, Connection], monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    said: list[str] = []
    with pytest.raises(Busy), held("a file", patience=15, say=said.append):
        pytest.fail("it is held")
    assert said == []


@pytest.mark.parametrize("turn", [0.3, 5, 590])
def test_the_wait_goes_on_while_holders_change(monkeypatch: pytest.MonkeyPatch, turn: float) -> None:
    clock = Clock(monkeypatch)
    # Who holds it is written in the file; here it is somebody else with every turn.
    monkeypatch.setattr(
        shared_file.os, "pread", lambda *dummy: shared_file._HOLDER.pack(1 + int(clock.now / turn), 0.0)
    )
    monkeypatch.setattr(shared_file, "_taken", lambda descriptor: clock.now > 2000)
    with held("a file", say=lambda text: None):
        assert clock.now > 2000


def wait(pipe: Connection) -> None:
    """Another process, which waits for its turn, and then tells what it was told meanwhile."""
    said: list[str] = []
    with held("a file", say=said.append):
        pipe.send(said)


def test_of_all_that_wait_one_is_told_and_each_is_counted(
    holder: tuple[int, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_file, "NOTICE", 0.0)
    forks = multiprocessing.get_context("fork")
    here, there = forks.Pipe()
    workers = [forks.Process(target=wait, args=(there,)) for dummy in range(5)]
    for worker in workers:
        worker.start()
    deadline = time.monotonic() + 30
    while shared_file.waiting() < 5 and time.monotonic() < deadline:
        os.sched_yield()
    assert shared_file.waiting() == 5
    holder[1].send("end")
    said = [text for dummy in workers for text in here.recv()]
    for worker in workers:
        worker.join()
    assert shared_file.waiting() == 0
    assert len([text for text in said if f"process {holder[0]}" in text]) == 1


def test_who_has_nobody_to_tell_is_not_counted(holder: tuple[int, Connection], monkeypatch: pytest.MonkeyPatch) -> None:
    clock, counted = Clock(monkeypatch), list[int]()

    def taken(descriptor: int) -> bool:
        counted.append(shared_file.waiting())
        return clock.now > 100

    monkeypatch.setattr(shared_file, "_taken", taken)
    with held("a file"):
        assert set(counted) == {0}
    clock.now = 0.0
    with held("a file", say=lambda text: None):
        assert max(counted) == 1
    assert shared_file.waiting() == 0


def test_a_holder_that_has_not_said_who_it_is_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    monkeypatch.setattr(shared_file, "_taken", lambda descriptor: False)
    with pytest.raises(Busy, match="process 0"), held("a new file"):
        pytest.fail("it is held")


def test_neither_a_name_nor_a_home_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    for name in ("HOME", "USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    with held("a file"):
        pass


def test_the_folder_is_the_users_alone(folder: Path) -> None:
    with held("a file"):
        pass
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


@pytest.mark.parametrize("planted", ["link", "file", "open folder"])
def test_what_somebody_planted_in_the_folders_place_is_refused(folder: Path, tmp_path: Path, planted: str) -> None:
    (tmp_path / "theirs").mkdir(0o700)
    if planted == "link":
        folder.symlink_to(tmp_path / "theirs")
    elif planted == "file":
        folder.write_text("")
    else:
        folder.mkdir()
        folder.chmod(0o777)
    with pytest.raises(FinopsError, match="is not a folder of this user alone"), held("a file"):
        pytest.fail("it is not to be trusted")
    assert list((tmp_path / "theirs").iterdir()) == []


def test_a_folder_of_another_user_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = os.getuid()
    folder.mkdir(0o700)
    monkeypatch.setattr(os, "getuid", lambda: user + 1)
    folder.rename(folder.with_name(f"finops_for_cloud-{user + 1}"))
    with pytest.raises(FinopsError, match="is not a folder of this user alone"), held("a file"):
        pytest.fail("it is not to be trusted")


@pytest.mark.parametrize("planted", ["link", "folder", "pipe"])
def test_what_stands_in_the_files_place_is_never_followed(folder: Path, tmp_path: Path, planted: str) -> None:
    with held("a file"):
        (path,) = folder.iterdir()
    path.unlink()
    if planted == "link":
        path.symlink_to(tmp_path / "elsewhere")
    elif planted == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(FinopsError, match="Remove it"), held("a file"):
        pytest.fail("it is no file")
    assert not (tmp_path / "elsewhere").exists()


def test_a_temporary_folder_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(FinopsError, match="cannot be made: No such file"), held("a file"):
        pytest.fail("there is no folder")


def test_a_file_system_without_locks_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*dummy: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(shared_file.fcntl, "flock", no_locks)
    with pytest.raises(FinopsError, match="cannot be locked: No locks available"), held("a file"):
        pytest.fail("it is not held")
