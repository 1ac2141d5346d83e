"""How much CPU each part of a running system has used: web, worker, each server."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import psutil

from bench.system import System

WEB, WORKER, BEAT, VALKEY, PRIMARY = "web", "worker", "beat", "valkey", "primary"


def cpu_seconds(
    system: System, more: Sequence[int] = (), *, name: str = WEB
) -> dict[str, float]:
    """Return the seconds of each part so far; `more` leaders are one of that name."""
    ports = _ports(system)
    leaders = [(_name(p, ports), p) for p in psutil.Process(system.pid).children()]
    leaders += [(name, psutil.Process(pid)) for pid in more]
    used: dict[str, float] = {}
    for part, leader in leaders:
        used[part] = used.get(part, 0.0) + _of_all(leader)
    return used


def web(system: System) -> psutil.Process:
    """Return the web server's leader."""
    [leader] = [
        process
        for process in psutil.Process(system.pid).children()
        if _name(process, {}) == WEB
    ]
    return leader


def replicas(parts: dict[str, float]) -> float:
    """Return what all replicas together have used."""
    return sum(used for name, used in parts.items() if name.startswith("replica"))


def replay_seconds(system: System) -> float:
    """Return what the first replica has used to receive the WAL and to replay it."""
    names = _ports(system)
    return sum(
        sum(process.cpu_times()[:2])
        for leader in psutil.Process(system.pid).children()
        if _name(leader, names) == "replica 1"
        for process in leader.children()
        if {"startup", "walreceiver"} & set(" ".join(process.cmdline()).split())
    )


def worker(system: System) -> list[psutil.Process]:
    """Return the Celery worker's processes."""
    [leader] = [
        process
        for process in psutil.Process(system.pid).children()
        if _name(process, {}) == WORKER
    ]
    return [leader, *leader.children(recursive=True)]


def _ports(system: System) -> dict[int | None, str]:
    urls = system.urls["QUERY_REPLICA_URLS"].split(",")
    names = {urlsplit(url).port: f"replica {n}" for n, url in enumerate(urls, 1)}
    names[urlsplit(system.urls["QUERY_DATABASE_URL"]).port] = PRIMARY
    return names


def _name(leader: psutil.Process, ports: dict[int | None, str]) -> str:
    command = leader.cmdline()
    if "granian" in command:
        return WEB
    if "celery" in command:
        return WORKER if "worker" in command else BEAT
    for listening in leader.net_connections():
        if listening.status == psutil.CONN_LISTEN and listening.laddr.port in ports:
            return ports[listening.laddr.port]
    return VALKEY


def _of_all(leader: psutil.Process) -> float:
    own = leader.cpu_times()
    used = own.user + own.system + own.children_user + own.children_system
    for child in leader.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue  # its parent has been told, and so are we
        used += times.user + times.system
    return float(used)
