# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records a terminal session: the callback C(fleet) in a run over 200 accounts, three of which must fail.

It fails unless exactly these three do. `python -m tests.recording ACCOUNTS COLUMNS FOLDER`, each of which may be left out.
"""

from __future__ import annotations

import codecs
import contextlib
import dataclasses
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.emulator.aws.credentials import iam_of
from tests.emulator.fleet import Emulator
from tests.integration.playbook import CHECKOUT, ONBOARD, Fleet, Variables
from tests.integration.watcher import secrets

ACCOUNTS = 200
COLUMNS = 100
ROWS = 30
CALLBACK = "finops_for_cloud.aws.fleet"
# Accounts besides the members: the payer and those in no organization.
STANDALONE = 4
FAILED = 3
_PART = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\r?\n|\r|[^\x1b\r\n]+|\x1b")
# What may go on in the next chunk.
_CUT = re.compile(r"(\r|\x1b(\[[0-9;]*)?)?\Z")
# Of the live line, one drawing in so many seconds is written down.
_APART = 1.0


@dataclasses.dataclass(frozen=True)
class Chunk:
    """What a terminal got, and when, in seconds since the beginning."""

    moment: float
    text: str


@dataclasses.dataclass(frozen=True)
class Line:
    """What a person saw: a line that stayed, or one drawing of the live line."""

    moment: float
    text: str
    is_live: bool


@dataclasses.dataclass(frozen=True)
class Session:
    """A command that ran in a terminal."""

    code: int
    chunks: Sequence[Chunk]

    @property
    def text(self) -> str:
        """All that was printed, with its escapes."""
        return "".join(chunk.text for chunk in self.chunks)

    def lines(self) -> list[Line]:
        """All that was seen, in its order."""
        return list(_seen(self.chunks))


def run_in_terminal(command: Sequence[str], environment: Mapping[str, str], columns: int = COLUMNS) -> Session:
    """Run a command in a terminal of its own, to its end."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    begun = time.monotonic()
    # A variable COLUMNS would be believed more than the terminal.
    kept = {key: value for key, value in environment.items() if key not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env={**kept, "TERM": "xterm-256color"},
        stdin=its,
        stdout=its,
        stderr=its,
        process_group=0,
    ) as process:
        os.close(its)
        try:
            chunks = list(_chunks(ours, begun))
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            raise
    os.close(ours)
    return Session(process.returncode, chunks)


def _chunks(descriptor: int, begun: float) -> Iterator[Chunk]:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    # A terminal whose last writer is gone gives an error instead of an end.
    with contextlib.suppress(OSError):
        while data := os.read(descriptor, 65536):
            yield Chunk(time.monotonic() - begun, decoder.decode(data))


def _seen(chunks: Sequence[Chunk]) -> Iterator[Line]:
    """As a terminal would show it: a return and the clearing of the rest draw over what was there."""
    line = ""
    column = 0
    for moment, part in _parts(chunks):
        if part.endswith("\n"):
            yield Line(moment, line.rstrip(), False)
            line, column = "", 0
        elif part == "\r":
            column = 0
        elif part == "\x1b[K":
            line = line[:column]
            if line:
                yield Line(moment, line, True)
        elif not part.startswith("\x1b"):
            line = line[:column] + part + line[column + len(part) :]
            column += len(part)


def _parts(chunks: Sequence[Chunk]) -> Iterator[tuple[float, str]]:
    """Text, escapes, returns and ends of lines, each whole, wherever the chunks were cut."""
    rest = ""
    for chunk in chunks:
        text = rest + chunk.text
        match = _CUT.search(text)
        rest = match[0] if match else ""
        for part in _PART.findall(text[: len(text) - len(rest)]):
            yield chunk.moment, part


def written(session: Session, command: str) -> str:
    """The session for a reader: the seconds before each line, and what the live line was about once a second."""
    texts = [f"         $ {command}"]
    last = -_APART
    for line in session.lines():
        if not line.is_live:
            texts.append(f"{line.moment:6.1f}   {line.text}".rstrip())
        elif line.moment - last >= _APART:
            last = line.moment
            texts.append(f"{line.moment:6.1f} ~ {line.text}")
    texts.append(f"         (exit code {session.code})")
    return "\n".join(texts) + "\n"


def cast(session: Session, command: str, columns: int) -> str:
    """The session as asciicast v2, for `asciinema play`."""
    header = {"version": 2, "width": columns, "height": ROWS, "command": command, "title": "finops_for_cloud.aws"}
    events = [[round(chunk.moment, 3), "o", chunk.text] for chunk in session.chunks]
    return "".join(json.dumps(line) + "\n" for line in [header, *events])


def accounts(emulator: Emulator, fleet: Fleet, members: int) -> dict[str, dict[str, Variables]]:
    """The inventory: three accounts have a mistake as people make them."""
    made = [emulator.aws.new_standalone_account() for dummy in range(STANDALONE - 1)]
    standalone = {f"standalone-{number + 2}": _with_keys(account) for number, account in enumerate(made)}
    taken = "costs-of-the-laboratory"
    fleet.client("s3", fleet.standalone()).create_bucket(Bucket=taken)
    standalone["standalone-3"]["finops_cur_bucket"] = taken
    standalone["standalone-4"]["finops_account_id"] = "111122223333"
    member = {f"member-{number + 1:03}": fleet.member(number) for number in range(members)}
    wrong = f"member-{members // 4 + 1:03}"
    member[wrong]["finops_assume_role_arn"] += "-of-another-name"
    return {
        "management": {"payer": fleet.management()},
        "member": member,
        "standalone": {"standalone-1": fleet.standalone(), **standalone},
    }


def _with_keys(account: object) -> Variables:
    names = {
        "finops_account_id": "account_id",
        "finops_aws_access_key": "access_key_id",
        "finops_aws_secret_key": "secret_access_key",
    }
    return {variable: getattr(account, name) for variable, name in names.items()}


def leaks(fleet: Fleet, groups: Mapping[str, Mapping[str, Variables]], text: str) -> list[str]:
    """The names of the secrets that a text holds."""
    found = secrets(fleet)
    for host, account in groups["standalone"].items():
        found[f"secret of {host}"] = account["finops_aws_secret_key"]
        iam = iam_of(account["finops_account_id"])
        for key in iam.access_keys.values() if iam else ():
            found[f"secret of {key.access_key_id}"] = key.secret_access_key
    found["secret of the management account"] = fleet.emulator.secret_access_key
    return [name for name, secret in found.items() if secret in text]


def mistakes(session: Session, total: int) -> list[str]:
    """What the session does not show as it should; the callback counts, and so does the playbook's own recap."""
    last = [line.text for line in session.lines() if not line.is_live]
    changed = total - FAILED
    expected = {
        "the recap": f"{total} accounts: {changed} changed, 0 already right, {FAILED} FAILED",
        "the callback": rf"{total} accounts in .*: {changed} changed, 0 already right, {FAILED} failed",
    }
    found = [
        f"{name} does not say: {words}"
        for name, words in expected.items()
        if not any(re.fullmatch(words, line) for line in last)
    ]
    return found + ([] if session.code == 2 else [f"the exit code is {session.code} instead of 2"])


def record(total: int, columns: int, folder: Path) -> int:
    """Returns the exit code."""
    members = total - 1 - STANDALONE
    with Emulator(members=members) as emulator, tempfile.TemporaryDirectory() as temporary:
        fleet = Fleet(emulator, Path(temporary))
        groups = accounts(emulator, fleet, members)
        print(f"Recording a run over {total} accounts; this takes a minute or two.", flush=True)
        session = run_in_terminal(command_for(fleet, groups), environment_for(fleet), columns)
        shown = f"ANSIBLE_STDOUT_CALLBACK={CALLBACK} ansible-playbook {ONBOARD} -i inventory.json"
        contents = {"fleet-session.txt": written(session, shown), "fleet-session.cast": cast(session, shown, columns)}
        leaked = leaks(fleet, groups, session.text + "".join(contents.values()))
    if leaked:
        print("Nothing is written, since it would hold: " + ", ".join(leaked))
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
        print(f"  {folder / name}")
    problems = mistakes(session, total)
    print("\n".join(problems) or f"{FAILED} accounts failed as they had to, and {total - FAILED} were changed.")
    return 1 if problems else 0


def command_for(fleet: Fleet, groups: Mapping[str, Mapping[str, Variables]], *arguments: str) -> list[str]:
    """ansible-playbook over an inventory of the given groups; its arguments begin with the playbook where it is another."""
    inventory = fleet.folder / "inventory.json"
    hosts = {group: {"hosts": members} for group, members in groups.items()}
    inventory.write_text(json.dumps({**hosts, "all": {"vars": fleet.common}}))
    return [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), *(arguments or [ONBOARD])]


def environment_for(fleet: Fleet) -> dict[str, str]:
    """The test's own callbacks and settings are not those of the person who watches."""
    kept = {key: value for key, value in fleet.environment(Path(os.devnull)).items() if not key.startswith("ANSIBLE_")}
    return {**kept, "ANSIBLE_HOME": str(fleet.folder / "ansible"), "ANSIBLE_STDOUT_CALLBACK": CALLBACK}


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    sys.exit(record(int(given.get(0, ACCOUNTS)), int(given.get(1, COLUMNS)), Path(given.get(2, CHECKOUT / "build"))))
