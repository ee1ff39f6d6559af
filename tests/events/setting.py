# Copyright: (c) 2026, the finops_for_cloud.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rulebook's tests need: an environment for ansible-rulebook, the stack with its queue, and the rulebook as it runs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml

from tests.emulator.fleet import Emulator
from tests.emulator.serving import Server
from tests.events.services import Services
from tests.lint.tree import CHECKOUT
from tests.matrix import program

EDA = CHECKOUT / "extensions" / "eda"
TEMPLATE = EDA / "cloudformation" / "new_accounts.yml"
PYTHON = "3.12"
REGION = "us-east-1"
QUEUE = "finops-new-accounts"
_MARK = "FINOPS_EVENTS"


def java_home() -> Path | None:
    """Where Java is: JAVA_HOME, or what the program C(java) on the path belongs to; None where there is none."""
    if os.environ.get("JAVA_HOME"):
        return Path(os.environ["JAVA_HOME"])
    java = shutil.which("java")
    return Path(java).resolve().parents[1] if java else None


def missing() -> str | None:
    """What this machine lacks for the rulebook, and how it gets it."""
    if java_home() is None:
        return "there is no Java here: apt-get install openjdk-17-jre-headless, or set JAVA_HOME"
    return None if program(PYTHON) else f"there is no python{PYTHON} here"


def environment() -> Path:
    """The folder build/environments/events with ansible-rulebook and this checkout, made anew where its pins changed."""
    folder = CHECKOUT / "build" / "environments" / "events"
    wanted = (Path(__file__).parent / "requirements.txt").read_text()
    stamp = folder / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        python = program(PYTHON) or ""
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
        install = ("-m", "pip", "install", "--quiet", "--no-compile", "--requirement", "/dev/stdin")
        subprocess.run([folder / "bin" / "python", *install], input=wanted, text=True, check=True)
        stamp.write_text(wanted)
    subprocess.run([folder / "bin" / "python", CHECKOUT / "tests" / "link_collection.py"], check=True)
    return folder


class Stack:
    """The CloudFormation template in the management account of an emulator, with a bus, queues and their names."""

    def __init__(self, emulator: Emulator) -> None:
        self._login = {"aws_access_key_id": emulator.access_key_id, "aws_secret_access_key": emulator.secret_access_key}

    def __enter__(self) -> Stack:
        """Make the stack."""
        self._server = Server(Services(), threads=8)
        self.url = self._server.url
        stacks = self.client("cloudformation")
        stacks.create_stack(StackName=QUEUE, TemplateBody=TEMPLATE.read_text(), Capabilities=["CAPABILITY_IAM"])
        (stack,) = stacks.describe_stacks(StackName=QUEUE)["Stacks"]
        assert stack["StackStatus"] == "CREATE_COMPLETE", stack
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        self._bus, self._sqs = self.client("events"), self.client("sqs")
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the port."""
        self._server.stop()

    def client(self, service: str) -> Any:
        """Of the stack's own services, which know nothing of the emulator's organization."""
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **self._login)

    def send(self, event_name: str, source: str = "aws.organizations", **detail: Any) -> None:
        """Put an event of AWS's on the account's default bus."""
        entry = {
            "Source": source,
            "DetailType": "AWS Service Event via CloudTrail",
            "Detail": json.dumps({"eventSource": "organizations.amazonaws.com", "eventName": event_name, **detail}),
        }
        answer = self._bus.put_events(Entries=[entry])
        assert answer["FailedEntryCount"] == 0, answer

    def receive(self, queue: str = "QueueUrl", **options: Any) -> list[dict[str, Any]]:
        """The messages' bodies, at most ten, which stay in the queue."""
        at_once = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": 0, **options}
        messages = self._sqs.receive_message(QueueUrl=self.outputs[queue], **at_once)
        return [json.loads(message["Body"]) for message in messages.get("Messages", [])]

    def waiting(self, queue: str = "QueueUrl") -> int:
        """How many messages a queue has, those in flight included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=self.outputs[queue], AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)


class Rulebook:
    """ansible-rulebook with the collection's rulebook, as a process that can be killed and started again."""

    def __init__(self, folder: Path, inventory: Path, settings: Mapping[str, str]) -> None:
        """folder: for its logs. inventory: a folder. settings: of the environment, such as whose login it has."""
        self._folder, self._inventory = folder, inventory
        self._mark = f"{folder}-{os.getpid()}"
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0
        home = environment()
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "ANSIBLE_", "FINOPS_"))}
        self._environment = {
            **kept,
            "PATH": os.pathsep.join((str(home / "bin"), os.environ["PATH"])),
            "JAVA_HOME": str(java_home()),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(folder / "no-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "no-credentials"),
            _MARK: self._mark,
            **settings,
        }
        self._program = home / "bin" / "ansible-rulebook"

    @property
    def log(self) -> str:
        """What all its processes have written."""
        return "".join(path.read_text(errors="replace") for path in sorted(self._folder.glob("rulebook-*.log")))

    def start(self) -> None:
        """Start it; what it writes goes into a file of its own."""
        self._starts += 1
        variables = self._folder / "vars.yml"
        variables.write_text(yaml.safe_dump({"finops_queue": QUEUE}))
        command: tuple[str | Path, ...] = ("--rulebook", "finops_for_cloud.aws.new_accounts", "--persistence-id", QUEUE)
        command += ("--inventory", self._inventory, "--vars", variables)
        with (self._folder / f"rulebook-{self._starts}.log").open("wb") as log:
            self._process = subprocess.Popen(
                [self._program, *command],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """Kill it, with every playbook that it runs: each process that has its mark."""
        mark = f"{_MARK}={self._mark}".encode()
        for found in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in found.read_bytes().split(b"\0"):
                    os.kill(int(found.parent.name), signal.SIGKILL)
        if self._process is not None:
            self._process.wait(timeout=60)
            self._process = None

    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None


def wait_until(what: Callable[[], bool], seconds: float, on_the_way: Callable[[], None] = lambda: None) -> bool:
    """Whether something becomes so within some seconds; it is asked for every half second."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        on_the_way()
        if what():
            return True
        time.sleep(0.5)
    return False
