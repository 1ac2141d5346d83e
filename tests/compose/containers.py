"""Containers without Docker: namespaces, an overlay that is read-only, a user without
rights, a network on which services find each other by name. Needs root and Linux.

The machine's own root lies below every image, in the place of the images that are
downloaded elsewhere. All of it ends with the pod, and nothing is left on the disk.
"""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from tests.compose import file
from tests.waiting import eventually

BOX = "/run/box"  # in the pod's own view of the disk
VENV = (file.ROOT / ".venv").resolve()
BASE_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
TOOLS = ("unshare", "nsenter", "ip", "setpriv", "chroot")
OUTSIDE = ["setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--net", "--pid"]
INSIDE = ["unshare", "--mount", "--uts"]
POD = f"""
set -e
mount -t tmpfs tmpfs /run && mkdir -p {BOX}/volumes /run/netns
ip link set lo up && ip link add br0 type bridge && ip link set br0 up
echo ready; exec sleep infinity
"""
START = r"""
set -e
root={box}/containers/$name; mkdir -p $root/upper $root/work $root/root
mount -t overlay overlay \
  -o lowerdir=$layers/,upperdir=$root/upper,workdir=$root/work $root/root
cd $root/root; hostname $name
at() {
  local place; place=".$(chroot . realpath -m "$1")"
  mkdir -p "$place"; echo "$place"
}
mount -t proc proc proc; mount --rbind /dev dev; mount -t tmpfs tmpfs dev/shm
mount --bind {venv} "$(at /venv)"; mount --bind {venv} "$(at {venv})"
while read -r place options; do
  mount -t tmpfs -o "$options" tmpfs "$(at "$place")"
done <<< "$scratch"
while read -r volume place; do
  test -z "$volume" || mount --bind {box}/volumes/$volume "$(at "$place")"
done <<< "$volumes"
cp {box}/hosts etc/hosts; mkdir -p ".$folder"
test -z "$read_only" || mount -o remount,ro,bind .
gid=$(chroot . id -g $user)
exec chroot . $nobody --reuid=$user --regid=$gid env -i -C "$folder" "$@"
""".replace("{box}", BOX).replace("{venv}", str(VENV))


def why_not() -> str:
    """Return why there can be none here, empty if there can."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        return f"needs {', '.join(missing)}"
    if os.geteuid() != 0:
        return "needs root"
    tried = ["unshare", "--mount", "--net", "--pid", "--fork", "ip", "link", "add"]
    tried += ["br0", "type", "bridge"]
    done = subprocess.run(tried, capture_output=True, text=True, check=False)
    return done.stderr.strip()


class Container:
    """One service that runs."""

    def __init__(
        self, process: subprocess.Popen[bytes], command: list[str], log: Path
    ) -> None:
        self.process = process
        self.log = log
        self._as_itself = command

    @property
    def leader(self) -> psutil.Process:
        """Return the process that was started in it, not who looks after it."""
        outer = psutil.Process(self.process.pid)
        return eventually(outer.children)[0]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it, as its user, as a health check does."""
        enter = ["nsenter", f"--target={self.leader.pid}", "--mount", "--net", "--uts"]
        return subprocess.run(
            [*enter, "--pid", "--root", "--", *self._as_itself, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    def suspend(self) -> None:
        """Stop all of its processes as they are."""
        for process in [*self.leader.children(recursive=True), self.leader]:
            process.suspend()

    def resume(self) -> None:
        for process in [*self.leader.children(recursive=True), self.leader]:
            process.resume()
        # Who looks after it has stopped with it.
        self.process.send_signal(signal.SIGCONT)

    def stop(self, how: int, *, within: float) -> int:
        """Ask its process to end, and return with what status it did."""
        self.leader.send_signal(how)
        return self.process.wait(within)

    def printed(self) -> str:
        return self.log.read_text(errors="replace")


class Pod:
    """A network and a disk of their own, and the containers in them."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self.containers: dict[str, Container] = {}
        self._process = subprocess.Popen(
            [*OUTSIDE, "--fork", "--kill-child", "--mount-proc", "bash", "-c", POD],
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        (init,) = psutil.Process(self._process.pid).children()
        enter = ["nsenter", f"--target={init.pid}", "--mount", "--net", "--pid"]
        self._enter = ["setpriv", "--pdeathsig=KILL", *enter, "--"]

    def do(self, script: str, *arguments: str, **more: str) -> str:
        """Run a script in the pod, as root, and return what it printed."""
        done = subprocess.run(
            [*self._enter, "bash", "-ec", script, "bash", *arguments],
            env={**os.environ, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def connect(self, names: Sequence[str]) -> None:
        """Give each name an address that the others know."""
        hosts = "127.0.0.1 localhost\n"
        for number, name in enumerate(names, 2):
            hosts += f"10.9.0.{number} {name}\n"
            self.do(CONNECT, str(number), name)
        self.do(f"printf %s {shlex.quote(hosts)} > {BOX}/hosts")

    def start(
        self, name: str, service: Mapping[str, Any], *, image: "Image"
    ) -> Container:
        """Start a service as docker-compose.yml has it."""
        folder = service.get("working_dir", image.folder)
        given = {**image.environment, **service.get("environment", {})}
        variables = [f"{k}={v}" for k, v in {**given, "HOSTNAME": name}.items()]
        command = [*variables, *map(str, service.get("command", image.command))]
        about = {"name": name, "folder": folder, **_about(service, image.layer)}
        log = self._logs / f"{name}.log"
        within = [*self._enter, "ip", "netns", "exec", name]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*within, *INSIDE, "bash", "-c", START, "bash", *command],
                env={**os.environ, **about},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        ids = [f"--reuid={service['user']}", "--regid=nogroup"]
        as_itself = [*_rights(service), *ids, "env", "-i", "-C", folder, *variables]
        container = Container(process, as_itself, log)
        self.containers[name] = container
        return container

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        for container in self.containers.values():
            container.process.wait(10)


class Image:
    """What a container is made of: a layer over the machine's own root."""

    def __init__(self, layer: str) -> None:
        self.layer = layer
        self.folder = "/"
        self.environment = {"PATH": BASE_PATH, "LANG": "C.UTF-8"}
        self.command: list[str] = []


def healthy(container: Container, service: Mapping[str, Any], within: float) -> None:
    """Run a service's own health check until it passes."""
    kind, *check = service["healthcheck"]["test"]
    assert kind == "CMD"

    def is_healthy() -> bool:
        assert container.process.poll() is None, container.printed()
        return container.run(*check).returncode == 0

    eventually(is_healthy, within, every=0.1)


def _about(service: Mapping[str, Any], layer: str) -> dict[str, str]:
    """Return what START asks for of a service."""
    volumes = service.get("volumes", ())
    return {
        "layers": f"{layer}:" if layer else "",
        "user": str(service["user"]),
        "nobody": " ".join(_rights(service)),
        "read_only": "yes" if service.get("read_only") else "",
        "scratch": "\n".join(_mount(one) for one in service["tmpfs"]),
        "volumes": "\n".join(one.replace(":", " ", 1) for one in volumes),
    }


def _rights(service: Mapping[str, Any]) -> list[str]:
    """Return what a service is started by, with the rights that it is left."""
    rights = ["setpriv", "--clear-groups"]
    if "no-new-privileges:true" in service.get("security_opt", ()):
        rights.append("--no-new-privs")
    if service.get("cap_drop") == ["ALL"]:
        rights.append("--bounding-set=-all")
    return rights


def _mount(written: str) -> str:
    place, _, options = written.partition(":")
    return f"{place} {options or 'rw'}"


CONNECT = """
ip netns add $2
ip link add v-$1 type veth peer name eth0 netns $2
ip link set v-$1 master br0 up
ip -n $2 addr add 10.9.0.$1/24 dev eth0
ip -n $2 link set lo up && ip -n $2 link set eth0 up
"""
