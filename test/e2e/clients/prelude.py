# What the inline scripts of psycopg.test.ts have in scope. Every line on stdout is one JSON object with an "event".
import json, sys, threading
import psycopg
from psycopg import sql


def tell(event, **more):
    print(json.dumps({"event": event, **more}, default=str), flush=True)


def connect(**options):
    connection = psycopg.connect(**{"autocommit": True, **options})
    connection.add_notice_handler(lambda diagnostic: tell("notice", text=diagnostic.message_primary, severity=diagnostic.severity))
    return connection


def attempt(event, work):
    """Runs work() and tells its result, or the SQLSTATE and message of its failure."""
    try:
        tell(event, value=work())
    except psycopg.Error as error:
        tell(event, code=error.sqlstate, message=str(error))


def rows(cursor):
    return [[value.hex() if isinstance(value, (bytes, memoryview)) else value for value in row] for row in cursor.fetchall()]


def status(connection):
    return psycopg.pq.TransactionStatus(connection.info.transaction_status).name


def answers(pgconn, syncs):
    """Everything libpq hands out in pipeline mode, up to that many syncs: command tags and SQLSTATEs."""
    found = []
    while found.count("sync") < syncs:
        result = pgconn.get_result()
        if result is None:
            continue
        if result.status == psycopg.pq.ExecStatus.PIPELINE_SYNC:
            found.append("sync")
        elif result.status == psycopg.pq.ExecStatus.FATAL_ERROR:
            found.append((result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) or b"").decode())
        else:
            found.append((result.command_status or b"").decode())
    return found
