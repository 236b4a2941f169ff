"""A store in a SQL database: SQLite embedded, or whatever SQLAlchemy reaches.

One unit of work is one transaction, and units of one database wait for each other: on SQLite by
beginning it IMMEDIATE, elsewhere by a lock on the row of the schema version. So what a unit read
stays true until it ends, and two runs at once do one after the other what one of them would do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, create_engine, make_url, select
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.pool import StaticPool

from harmony_core.assets import Device
from harmony_core.billing import (
    Allocation,
    BillingProfile,
    Payment,
    QuantityOverride,
    Receivable,
    ReviewStep,
)
from harmony_core.contracts import Contract
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.funds import Incident
from harmony_core.orders import Order, Quote
from harmony_core.parties import Customer, Person, Supplier
from harmony_core.products import Product
from harmony_core.repositories._sql_books import (
    SqlCharges,
    SqlInvoices,
    SqlJournal,
    SqlMonths,
    SqlNights,
    SqlRates,
    SqlRecognitions,
)
from harmony_core.repositories._sql_parts import (
    Memories,
    SqlCompany,
    SqlFacts,
    SqlLog,
    SqlPriceBook,
    SqlRegister,
)
from harmony_core.repositories._sql_session import Session
from harmony_core.repositories._sql_tables import SCHEMA_VERSION, metadata, schema_version
from harmony_core.repositories._turns import Turns
from harmony_core.work import Progress

__all__ = ["SCHEMA_VERSION", "SqlStore", "SqlUnit"]


class SqlStore:
    """Keeps everything in a database.

    Args:
        database: a URL such as ``"sqlite:///company.db"``, or an engine of SQLAlchemy, which
            stays the caller's: its time-outs and its end are his.
        wait_seconds: how long a unit waits for another one before it gives up; for one of another
            process on SQLite, when a URL was given.

    Threads may share a store, as each gets its unit of work in turn; they may not share a unit.

    Raises:
        InvalidValue: the text is no URL of a database, or nothing is installed that reads it.

    >>> store = SqlStore("sqlite://")  # in memory, gone with the process
    >>> store.create()
    >>> with store.begin() as unit:
    ...     unit.contracts.all()
    ()
    >>> store.close()
    """

    def __init__(self, database: str | Engine, wait_seconds: int = 30) -> None:
        self._owned = not isinstance(database, Engine)
        self._engine = _engine(database, wait_seconds)
        self._turns = Turns(wait_seconds)
        self._memories = Memories()

    def create(self) -> None:
        """Make the tables where they are missing; doing it again changes nothing.

        Raises:
            RuleBroken: the tables are there, of another version; or the database cannot be opened
                or written, or is damaged.
        """
        with self._turns.taken(), _transaction(self._engine) as connection:
            metadata.create_all(connection)
            if connection.scalar(select(schema_version.c.version)) is None:
                row = {"id": 1, "version": SCHEMA_VERSION}
                connection.execute(schema_version.insert(), [row])
            _require_version(connection)

    @contextmanager
    def begin(self) -> Iterator[SqlUnit]:
        """Open a unit of work: one transaction.

        Raises:
            RuleBroken: another unit stays open for too long, the tables are missing or of
                another version, or the database cannot be opened or written, or is damaged.
        """
        with self._turns.taken(), _transaction(self._engine) as connection:
            _require_version(connection)
            session = Session(connection)
            try:
                yield SqlUnit(session, self._memories)
                session.flush()
            finally:
                session.end()

    def close(self) -> None:
        """Give up the connections, unless the engine is the caller's."""
        if self._owned:
            self._engine.dispose()


class SqlUnit:
    """A unit of work of a :class:`SqlStore`."""

    def __init__(self, session: Session, memories: Memories) -> None:
        self.company = SqlCompany(session, memories)
        self.customers = SqlRegister(session, memories, "customer", Customer)
        self.suppliers = SqlRegister(session, memories, "supplier", Supplier)
        self.people = SqlRegister(session, memories, "person", Person)
        self.products = SqlRegister(session, memories, "product", Product)
        self.price_book = SqlPriceBook(session, memories)
        self.quotes = SqlRegister(session, memories, "quote", Quote)
        self.orders = SqlRegister(session, memories, "order", Order)
        self.contracts = SqlRegister(session, memories, "contract", Contract)
        self.devices = SqlRegister(session, memories, "device", Device)
        self.incidents = SqlRegister(session, memories, "incident", Incident)
        self.facts = SqlFacts(session, memories)
        self.rates = SqlRates(session, memories)
        self.charges = SqlCharges(session, memories)
        self.recognised = SqlRecognitions(session, memories)
        self.invoices = SqlInvoices(session, memories)
        self.journal = SqlJournal(session, memories)
        self.profiles = SqlRegister(session, memories, "billing_profile", BillingProfile)
        self.overrides = SqlLog(session, memories, "quantity_override", QuantityOverride)
        self.reviews = SqlLog(session, memories, "review_step", ReviewStep)
        self.progress = SqlLog(session, memories, "progress", Progress)
        self.receivables = SqlLog(session, memories, "receivable", Receivable)
        self.payables = SqlLog(session, memories, "payable", Receivable)
        self.payments = SqlLog(session, memories, "payment", Payment)
        self.allocations = SqlLog(session, memories, "allocation", Allocation)
        self.months = SqlMonths(session, memories)
        self.nights = SqlNights(session, memories)


def _engine(database: str | Engine, wait_seconds: int) -> Engine:
    if isinstance(database, Engine):
        return database
    try:
        url = make_url(database)
        if url.get_backend_name() != "sqlite":
            return create_engine(url)
        if url.database in (None, "", ":memory:"):  # one connection, or every thread had its own
            shared = {"check_same_thread": False}
            return create_engine(url, connect_args=shared, poolclass=StaticPool)
        return create_engine(url, connect_args={"timeout": wait_seconds})
    except (ArgumentError, ImportError, ValueError) as unknown:  # no URL, dialect or driver
        raise _no_such_database(database, unknown) from unknown


def _no_such_database(database: str, unknown: Exception) -> InvalidValue:
    try:
        shown = make_url(database).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        scheme, separator, _ = database.partition("://")  # what follows may hold a password
        shown = f"{scheme}{separator}..." if separator else database
        return InvalidValue(
            f"{shown!r} is no URL of a database: give one like 'sqlite:///company.db'"
        )
    return InvalidValue(
        f"no driver for the database {shown!r} ({unknown}): install it, or give a URL like "
        "'sqlite:///company.db'"
    )


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction; what the database itself refuses is told in one sentence."""
    try:
        with _locked(engine) as connection:
            yield connection
    except DatabaseError as refused:
        of_a_statement = _sqlite_kind(refused) == "SQLITE_ERROR"
        if of_a_statement or type(refused) not in (OperationalError, DatabaseError):
            raise  # a row or a statement was refused: it is not the state of the database
        raise _unusable(engine, refused) from refused


def _unusable(engine: Engine, refused: DBAPIError) -> RuleBroken:
    kind = _sqlite_kind(refused)
    if kind in _BUSY:
        return _still_open(refused)
    shown = engine.url.render_as_string(hide_password=True)
    reason = f"the database {shown} cannot be used ({refused.orig})"
    return RuleBroken(f"{reason}: {_WAYS_OUT.get(kind, _ELSEWHERE)}")


_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_BROKEN = "put back a copy of it, or give another file"
_ELSEWHERE = "see that it runs, lets you in, and is not held by another unit"
_WAYS_OUT = {
    "SQLITE_NOTADB": "the file is something else, so give another one",
    "SQLITE_CORRUPT": _BROKEN,
    "SQLITE_IOERR": _BROKEN,
    "SQLITE_CANTOPEN": "see that its folder is there and lets you write",
    "SQLITE_PERM": "see that you may read and write it, and write in its folder",
    "SQLITE_READONLY": "see that you may write it, and write in its folder",
    "SQLITE_FULL": "make room on its disk",
}


def _sqlite_kind(refused: DBAPIError) -> str:
    """The kind of a fault of SQLite, without what narrows it down; empty elsewhere."""
    name = str(getattr(refused.orig, "sqlite_errorname", ""))
    return "_".join(name.split("_")[:2])


def _still_open(busy: DBAPIError) -> RuleBroken:
    return RuleBroken(
        f"another unit of work is still open ({busy.orig}): end it first, one writes at a time"
    )


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    """One transaction, with the lock that makes units wait for each other.

    This is the one place that knows a dialect. Python's driver for SQLite would begin a
    transaction only at the first write, when what was read may be stale already; so the driver is
    told to begin none, and the transaction is begun and ended by hand.
    """
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        by_hand = connection.execution_options(isolation_level="AUTOCOMMIT")
        by_hand.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield by_hand
            by_hand.exec_driver_sql("COMMIT")
        except BaseException:
            with suppress(DatabaseError):  # SQLite may have given up the transaction itself
                by_hand.exec_driver_sql("ROLLBACK")
            raise


def _require_version(connection: Connection) -> None:
    """Read the schema's version, and lock its row where the database locks rows."""
    try:
        version = connection.scalar(select(schema_version.c.version).with_for_update())
    except (OperationalError, ProgrammingError) as missing:
        if isinstance(missing, OperationalError) and _sqlite_kind(missing) != "SQLITE_ERROR":
            raise  # the database is the trouble, not its tables
        raise RuleBroken(
            f"the database has no tables of harmony-core ({missing.orig}): call create() once"
        ) from missing
    if version != SCHEMA_VERSION:
        raise RuleBroken(
            f"the tables are of schema version {version}, this library needs {SCHEMA_VERSION}: "
            "bring them forward before you open a unit of work"
        )
