"""Ray cluster of `engines.ray_engine`: an existing one, or one started on this machine."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import socket
import tempfile
import time
from pathlib import Path
from typing import Any, Final, TypeAlias

from bookrec.errors import BookrecError

RayModule: TypeAlias = Any
"""The module ``ray``, which has no types."""

_AHEAD: Final = 3
"""Submitted shards per CPU: enough to keep it busy, few enough to hold in memory."""
_RECOUNT_S: Final = 5.0
"""Seconds between two counts of the cluster's CPUs."""
_CONNECT_TIMEOUT_S: Final = 10.0
"""Seconds that the head of a cluster may take to answer."""
_SPARE_STORE_BYTES: Final = 256 * 2**20
"""Bytes of the object store of a cluster started here, for shards and results."""


def import_ray() -> RayModule:
    """Import Ray without usage statistics, and confine a cluster of this machine to it."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if _address() == "local":
        # Unless this is set, every part of Ray listens on all interfaces. The variable is named for
        # the systems where "0" is Ray's default; it works on Linux too.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    import ray

    # Ray reports a lost worker in ten lines on standard output, at every log level; `RayEngine`
    # writes one line to standard error.
    ray._private.worker.print_to_stdstream = lambda *_, **__: None
    return ray


def _address() -> str:
    return os.environ.get("RAY_ADDRESS") or "local"


def connect(ray: RayModule, directory: Path, workers: int | None) -> None:
    """Join the cluster that ``RAY_ADDRESS`` names, or start one that ends with this process.

    Args:
        ray: the module.
        directory: files that the workers load; their size decides that of the object store.
        workers: CPUs of a new cluster; None = all of this machine.

    Raises:
        BookrecError: the cluster cannot be joined.
    """
    if ray.is_initialized():
        return
    quiet: dict[str, bool | int] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    address = _address()
    if address != "local":
        _join(ray, address, quiet)
        return
    # Not in TMPDIR: the paths of Ray's sockets are long, and the system allows 107 bytes.
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


def _join(ray: RayModule, address: str, quiet: dict[str, bool | int]) -> None:
    try:
        _check_port(address)
        ray.init(address=address, **quiet)
    except (OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise BookrecError(
            f"The Ray cluster at {address} (RAY_ADDRESS) cannot be joined ({reason}); start it with "
            "'ray start' and the same versions of Python and Ray, or unset RAY_ADDRESS to use this "
            "machine alone."
        ) from error


def _check_port(address: str) -> None:
    """Raise OSError if nothing listens at ``host:port``: Ray would retry for minutes, with messages."""
    if "://" in address:
        raise ValueError("the command is to be run on a machine of the cluster: give HOST:PORT")
    host, _, port = address.rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), _CONNECT_TIMEOUT_S).close()


def _stop(ray: RayModule, scratch: str) -> None:
    ray.shutdown()
    shutil.rmtree(scratch, ignore_errors=True)


def _size_bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


class ClusterCapacity:
    """Number of shards to submit at once, while machines join and leave the cluster."""

    def __init__(self, ray: RayModule, workers: int | None) -> None:
        """Take the cluster, and the most shards that may run at once; None = one per CPU."""
        self._ray, self._workers = ray, workers
        self._shards, self._counted_at = 0, float("-inf")

    def now(self) -> int:
        """Count the shards that may be submitted, at least one."""
        if time.monotonic() - self._counted_at > _RECOUNT_S:
            self._counted_at = time.monotonic()
            cpus = int(self._ray.cluster_resources().get("CPU", 0))
            waiting = max(1, cpus) * _AHEAD
            # With fewer workers than CPUs, every submitted shard runs at once.
            is_all = self._workers is None or self._workers >= cpus
            self._shards = waiting if is_all else (self._workers or 1)
        return self._shards
