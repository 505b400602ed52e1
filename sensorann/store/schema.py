"""The tables of a label store, the same in SQLite and PostgreSQL.

``event`` is the journal and the truth: rows are only ever added. ``document``, ``box`` and ``touched`` are its
projection: what holds now, kept in the transaction that adds the event, and rebuilt from the journal at any time.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

FORMAT_VERSION = 2
# In SQLite only a plain INTEGER is the row's own number.
_Sequence = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()

meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

head = Table(
    "head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    comment="one row, the last event: locked by each writer, and what shows that the journal was cut short",
)

event = Table(
    "event",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("drive", Text, nullable=False),
    Column("object", Text),
    Column("undoes", BigInteger),
    Column("spent_s", Float),
    Column("note", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Column("patch", Text, nullable=False),
    Column("numbers", LargeBinary, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("event_by_actor", "drive", "actor", "seq"),
    Index("event_by_time", "time_ns"),
)

document = Table(
    "document",
    metadata,
    Column("drive", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("event", BigInteger, nullable=False, comment="the event that set the body"),
    Column("version", BigInteger, nullable=False, comment="the last event that touched the object, boxes included"),
    Column("created", BigInteger, nullable=False),
    Column("place", Integer, nullable=False, comment="with `created`: the order in which documents came"),
    sqlite_with_rowid=False,
)

box = Table(
    "box",
    metadata,
    Column("drive", Text, primary_key=True),
    Column("object", Text, primary_key=True),
    Column("timestamp_ns", BigInteger, primary_key=True),
    Column("source", SmallInteger, nullable=False),
    Column("numbers", LargeBinary, nullable=False),
    Column("attributes", Text),
    Column("event", BigInteger, nullable=False, comment="the event that set the box"),
    sqlite_with_rowid=False,
)

touched = Table(
    "touched",
    metadata,
    Column("drive", Text, primary_key=True),
    Column("object", Text, primary_key=True),
    Column("seq", BigInteger, ForeignKey("event.seq"), primary_key=True),
    sqlite_with_rowid=False,
)

PROJECTION = (touched, box, document)

_SQLITE_TRIGGERS = (
    """CREATE TRIGGER event_keeps BEFORE UPDATE ON event
       BEGIN SELECT RAISE(ABORT, 'the journal is append-only: events are never changed'); END""",
    """CREATE TRIGGER event_stays BEFORE DELETE ON event
       BEGIN SELECT RAISE(ABORT, 'the journal is append-only: events are never deleted'); END""",
    # INSERT OR REPLACE deletes without asking the trigger above.
    """CREATE TRIGGER event_follows BEFORE INSERT ON event
       WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event)
       BEGIN SELECT RAISE(ABORT, 'the journal is append-only: an event follows the last one'); END""",
)

_POSTGRESQL_TRIGGERS = (
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'the journal is append-only: events are never changed or deleted'; END $$""",
    """CREATE TRIGGER event_keeps BEFORE UPDATE OR DELETE ON event
       FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER event_stays BEFORE TRUNCATE ON event
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    # The tables are those of the store, whatever path the session searches.
    """CREATE FUNCTION check_event() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
       BEGIN
         IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event) THEN
           RAISE EXCEPTION 'the journal is append-only: an event follows the last one';
         END IF;
         IF NEW.actor <> session_user THEN
           RAISE EXCEPTION USING MESSAGE = 'an event carries the name of its login, not ' || NEW.actor;
         END IF;
         RETURN NEW;
       END $$""",
    """CREATE TRIGGER event_follows BEFORE INSERT ON event
       FOR EACH ROW EXECUTE FUNCTION check_event()""",
    # Whoever may connect may annotate; only the owner of the tables could take the triggers away.
    "GRANT SELECT ON meta TO PUBLIC",
    "GRANT SELECT, INSERT ON event TO PUBLIC",
    "GRANT SELECT, UPDATE ON head TO PUBLIC",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON document, box, touched TO PUBLIC",
)


def create_tables(connection: Connection) -> None:
    """Create the tables and triggers of an empty store, in the caller's transaction."""
    metadata.create_all(connection)
    for statement in _SQLITE_TRIGGERS if connection.dialect.name == "sqlite" else _POSTGRESQL_TRIGGERS:
        connection.exec_driver_sql(statement)
    connection.execute(meta.insert().values(name="format_version", value=str(FORMAT_VERSION)))
    connection.execute(head.insert().values(id=1, seq=0, time_ns=0, hash=bytes(32)))
