"""Breaking the database from outside, as it breaks in life: connections cut on PostgreSQL, a writer that won't let go on SQLite."""

from __future__ import annotations

import random
import sqlite3
import time

import psycopg
from django.db import connection
from psycopg import sql


class Breaker:
    """`strike` breaks something once; `count` is how often it did."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.count = rng, 0
        conf = connection.settings_dict
        self.name = str(conf["NAME"])
        self.vendor = connection.vendor
        if self.vendor == "postgresql":
            self.server = psycopg.connect(
                host=conf["HOST"] or None, port=conf["PORT"] or None, user=conf["USER"] or None, password=conf["PASSWORD"] or None, dbname="postgres", autocommit=True
            )

    def strike(self) -> None:
        self.count += 1
        if self.vendor == "postgresql":
            asked = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {} ORDER BY random() LIMIT {}")
            self.server.execute(asked.format(sql.Literal(self.name), sql.Literal(self.rng.choice([1, 1, 2, 8]))))
            return
        with sqlite3.connect(self.name, timeout=5, isolation_level=None) as writer:
            try:
                writer.execute("BEGIN IMMEDIATE")
                time.sleep(self.rng.uniform(0.05, 0.5))  # longer than some of the hands wait
                writer.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return  # it was busy by itself
        writer.close()

    def close(self) -> None:
        if self.vendor == "postgresql":
            self.server.close()
