"""LiveKit servers: built from their Go module, run on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import yaml

_MODULE = "github.com/livekit/livekit-server"
_LONGEST_START = 30
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Release:
    """One version of livekit-server.

    `needs` are versions of other modules to use instead of those that it pins; `without` are calls whose lines are left
    out of the file with that path. Both are for releases whose own dependencies no module proxy serves.
    """

    version: str
    needs: tuple[str, ...] = ()
    without: tuple[tuple[str, str], ...] = ()

    @property
    def built(self) -> str:
        """How it was built, in words, for the vectors."""
        if not self.needs and not self.without:
            return "as released"
        changes = [f"with {item}" for item in self.needs] + [
            f"without {call}() in {path}" for path, call in self.without
        ]
        return "as released, but " + ", ".join(changes)


_TRANSPORT = "pkg/rtc/transport.go"
RELEASES = (
    Release("v1.8.4"),
    Release("v1.9.12"),
    Release("v1.11.0"),
    Release("v1.13.1"),
    Release("v1.13.5"),
    Release(
        "v1.13.6",
        # It pins a commit of livekit/protocol between two tags, and forks of pion for ICE; neither decides on tokens.
        needs=("github.com/livekit/protocol@v1.51.0",),
        without=((_TRANSPORT, "se.EnableSped"), (_TRANSPORT, "se.EnableSctpSnap")),
    ),
)


def binary(release: Release, folder: Path) -> Path:
    """The server, built with the Go toolchain where `folder` does not hold it yet.

    Raises:
        RuntimeError: it cannot be built.
    """
    target = folder / f"livekit-{release.version}"
    if not target.exists():
        module = folder / f"module-{release.version}"
        module.mkdir(parents=True, exist_ok=True)
        (module / "go.mod").write_text("module conformance\n\ngo 1.26\n", encoding="utf-8")
        _go(module, "get", f"{_MODULE}@{release.version}", *release.needs)
        if release.without:
            _adapt(module, release)
        _go(module, "build", "-o", str(target), f"{_MODULE}/cmd/server")
    return target


def _adapt(module: Path, release: Release) -> None:
    """Build from a copy of the source in which some lines are missing."""
    source = _go(module, "list", "-m", "-f", "{{.Dir}}", _MODULE).strip()
    copy = module / "source"
    shutil.copytree(source, copy, copy_function=shutil.copyfile)
    for path in {path for path, _ in release.without}:
        calls = [call for other, call in release.without if other == path]
        file = copy / path
        file.chmod(0o644)
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text(
            "".join(line for line in lines if not any(f"{call}(" in line for call in calls)), encoding="utf-8"
        )
    _go(module, "mod", "edit", "-replace", f"{_MODULE}={copy}")


def _go(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "GOFLAGS": "-mod=mod -p=2"}
    finished = subprocess.run(  # noqa: S603 - the toolchain, with our own arguments
        ["go", *arguments],  # noqa: S607 - the go on the path is the one that is meant
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise RuntimeError(f"go {' '.join(arguments)}: {finished.stderr[-2000:]}")
    return finished.stdout


@contextlib.asynccontextmanager
async def running(program: Path, key: str, secret: str, folder: Path) -> AsyncIterator[str]:
    """Run a server that knows one key; gives its address.

    Raises:
        RuntimeError: it does not answer in time.
    """
    port, tcp, udp = _free_ports(3)
    settings = {
        "port": port,
        "bind_addresses": ["127.0.0.1"],
        "keys": {key: secret},
        "rtc": {"tcp_port": tcp, "udp_port": udp, "use_external_ip": False, "node_ip": "127.0.0.1"},
        "logging": {"level": "error"},
    }
    file = folder / f"{program.name}.yaml"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    with (folder / f"{program.name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(str(program), "--config", str(file), stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            await _wait(address, process)
            yield address
        finally:
            process.terminate()
            await process.wait()


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for item in sockets:
            item.bind(("127.0.0.1", 0))
        return [item.getsockname()[1] for item in sockets]


async def _wait(address: str, process: asyncio.subprocess.Process) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(_LONGEST_START * 10):
            if process.returncode is not None:
                break
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(address) as response:
                    if response.status == 200:  # noqa: PLR2004 - OK
                        return
            await asyncio.sleep(0.1)
    raise RuntimeError(f"the server does not answer at {address}")
