"""A PostgreSQL server of the tests' own: Debian's programs, not as root, on a loopback port, in a temporary folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Waits for the end of its input, which comes when the tests end, however they do: a killed run leaves no server behind.
_KEEPER = """read -r _
test ! -e "$2"/data/postmaster.pid || "$1" -D "$2"/data -m immediate stop
cd / && rm -rf "$2"
"""
LOGINS = ("anna", "ben", "carla")


def programs() -> Path | None:
    """Folder of the newest installed server; None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("initdb")
    return folders[-1].parent if folders else Path(found).parent if found else None


class Server:
    """A running server and its folder; its superuser is called postgres."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.folder = port, folder
        self._n_places = 0

    def address(self, login: str, place: str = "public") -> str:
        return f"postgresql://{login}@127.0.0.1:{self.port}/postgres?options=-csearch_path%3D{place}"

    def run(self, *statements: str, login: str = "postgres") -> None:
        import psycopg  # an extra's package

        with psycopg.connect(self.address(login), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def new_place(self) -> str:
        """Make room for one store: a schema, as a database takes 7 MB and 300 files."""
        self._n_places += 1
        name = f"labels_{self._n_places}"
        self.run(f"CREATE SCHEMA {name} AUTHORIZATION anna", f"GRANT USAGE ON SCHEMA {name} TO PUBLIC")
        return name


@contextmanager
def running(*, fsync: bool = False) -> Iterator[Server]:
    """Start a server and stop it at the end.

    What tests ask of a server is its order of things; fsync is PostgreSQL's own promise, and slow.
    """
    folder = Path(tempfile.mkdtemp(prefix="sensorann-postgresql-"))
    # initdb refuses root, and Debian's package brings a user for it.
    user = "postgres" if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(program: str, *arguments: str) -> None:
        command = [str(programs() / program), "-D", str(folder / "data"), *arguments]
        with (folder / "programs.log").open("ab") as log:
            subprocess.run(command, user=user, cwd=folder, check=True, stdout=log, stderr=log)

    keeper = ["sh", "-c", _KEEPER, "keeper", str(programs() / "pg_ctl"), str(folder)]
    with subprocess.Popen(keeper, user=user, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True):
        call("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync={'on' if fsync else 'off'}"
        call("pg_ctl", "-w", "-l", str(folder / "server.log"), "-o", options, "start")
        server = Server(port, folder)
        server.run(*(f"CREATE ROLE {login} LOGIN" for login in LOGINS))
        yield server
