"""The Ray cluster that `engines.ray_engine` works on: joined, or started on this machine."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import socket
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bookrec.errors import BookrecError

_AHEAD: Final = 3
"""Shards per CPU that are handed out: enough to keep it busy, few enough to hold in memory."""
_RECOUNT_S: Final = 5.0
"""How often the cluster is asked how many CPUs it has now."""
_KNOCK_S: Final = 10.0
"""How long the head of a cluster may take to answer."""
_SPARE_STORE_BYTES: Final = 256 * 2**20
"""Of a cluster of our own: room in the object store for shards and results."""


def import_ray() -> Any:
    """Ray, told first to send nothing home and, for a cluster of our own, to stay on this machine."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if _address() == "local":
        # Without it every part of Ray listens on all interfaces. The name tells where this is
        # Ray's default; it works alike on Linux.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    import ray

    # Ray tells of a lost worker in ten lines on standard output, whatever its log level; we tell it
    # in one, and where it belongs.
    ray._private.worker.print_to_stdstream = lambda *_, **__: None
    return ray


def _address() -> str:
    return os.environ.get("RAY_ADDRESS") or "local"


def connect(ray: Any, directory: Path, workers: int | None) -> None:
    """Join the cluster that ``RAY_ADDRESS`` names, or start one; it lasts as long as we do.

    Args:
        directory: what the work is loaded from, to judge how much the workers share.
        workers: CPUs of a cluster of our own; None = all of this machine.

    Raises:
        BookrecError: the cluster cannot be joined.
    """
    if ray.is_initialized():
        return
    quiet = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    address = _address()
    if address != "local":
        _join(ray, address, quiet)
        return
    # Not below TMPDIR: the names of Ray's sockets are long, and the system allows 107 bytes.
    scratch = tempfile.mkdtemp(prefix="bookrec-ray-", dir="/tmp")
    atexit.register(_stop, ray, scratch)
    ray.init(
        address="local",
        num_cpus=workers or len(os.sched_getaffinity(0)),
        num_gpus=0,
        object_store_memory=_size_bytes(directory) + _SPARE_STORE_BYTES,
        include_dashboard=False,
        _temp_dir=scratch,
        **quiet,
    )


def _join(ray: Any, address: str, quiet: dict[str, Any]) -> None:
    try:
        _knock(address)
        ray.init(address=address, **quiet)
    except (OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise BookrecError(
            f"The Ray cluster at {address} (RAY_ADDRESS) cannot be joined ({reason}); start it with "
            "'ray start' and the same versions of Python and Ray, or unset RAY_ADDRESS to use this "
            "machine alone."
        ) from error


def _knock(address: str) -> None:
    """Raise OSError if nobody is at ``host:port``: Ray would try for minutes, and talk meanwhile."""
    if "://" in address:
        raise ValueError("the command is to be run on a machine of the cluster: give HOST:PORT")
    host, _, port = address.rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), _KNOCK_S).close()


def _stop(ray: Any, scratch: str) -> None:
    ray.shutdown()
    shutil.rmtree(scratch, ignore_errors=True)


def _size_bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


class Room:
    """How many shards may be handed out; the machines of a cluster come and go."""

    def __init__(self, ray: Any, workers: int | None) -> None:
        self._ray, self._workers = ray, workers
        self._shards, self._asked = 0, float("-inf")

    def now(self) -> int:
        """At least one."""
        if time.monotonic() - self._asked > _RECOUNT_S:
            self._asked = time.monotonic()
            cpus = int(self._ray.cluster_resources().get("CPU", 0))
            waiting = max(1, cpus) * _AHEAD
            # On a cluster with more CPUs whatever is handed out runs at once.
            is_all = self._workers is None or self._workers >= cpus
            self._shards = waiting if is_all else (self._workers or 1)
        return self._shards
