import { loadModule, parseSync } from 'libpg-query'
import { beforeAll, describe, expect, test } from 'vitest'
import type { RawStatement } from '../../src/protocols/postgres/raw.ts'
import { textsOf, writeStatement } from '../../src/protocols/postgres/statement-texts.ts'
import { walkParseResult } from '../../src/protocols/postgres/walk.ts'

beforeAll(async () => loadModule())

describe('the text of just one statement', () => {
  test.each([
    ['SELECT 1; UPDATE t SET a = 2', ['SELECT 1', 'UPDATE t SET a = 2']],
    ["SELECT 'é€😀'; DELETE FROM ünï WHERE a = 'é'", ["SELECT 'é€😀'", "DELETE FROM ünï WHERE a = 'é'"]],
    ['/* first */ SELECT $1 -- last', ['SELECT $1 -- last']],
  ])('of a top statement is the slice of the text: %s', (sql, texts) => {
    expect(read(sql).map((one) => one.sql?.trim())).toEqual(texts)
  })

  test.each([
    ['EXPLAIN (ANALYZE) DELETE FROM t WHERE a = $1', 'DELETE FROM t WHERE a = $1'],
    ['EXPLAIN CREATE TABLE x AS SELECT * FROM t', 'SELECT * FROM t'],
    ['DECLARE c CURSOR WITH HOLD FOR SELECT a, b FROM t ORDER BY a', 'SELECT a, b FROM t ORDER BY a'],
    ['COPY (DELETE FROM t RETURNING note) TO STDOUT', 'DELETE FROM t RETURNING note'],
    ['CREATE TABLE x AS WITH q AS (SELECT 1) SELECT * FROM q', 'WITH q AS (SELECT 1) SELECT * FROM q'],
    ['CREATE MATERIALIZED VIEW x AS TABLE t', 'SELECT * FROM t'],
    ['WITH q AS (SELECT 1 AS a) SELECT a INTO x FROM q', 'WITH q AS (SELECT 1 AS a) SELECT a FROM q'],
    ['SELECT a INTO x FROM t UNION ALL SELECT b FROM u', 'SELECT a FROM t UNION ALL SELECT b FROM u'],
    ["PREPARE p AS INSERT INTO t VALUES ($1, E'\\n\\'') ON CONFLICT DO NOTHING", "INSERT INTO t VALUES ($1, E'\n''') ON CONFLICT DO NOTHING"],
    ['PREPARE p (int, varchar(3), unknown) AS SELECT $1, $2, $3, $4', 'SELECT $1::int, $2::varchar, $3, $4'],
  ])('of a query inside another statement means the same as there: %s', (sql, text) => {
    const found = texts(read(sql))
    expect(found).toHaveLength(1)
    expect(withoutPlaces(parseSync(found[0] ?? ''))).toEqual(withoutPlaces(parseSync(text)))
    expect(read(sql).flatMap((one) => [...one.unknown, ...one.nested.flatMap((inner) => inner.unknown)])).toEqual([])
  })

  test.each(['CREATE TABLE t (a int)', 'CREATE VIEW v AS SELECT 1', 'EXPLAIN EXECUTE p', 'CALL p()', 'BEGIN'])('is null where the server analyses nothing by itself: %s', (sql) => {
    expect(texts(read(sql))).toEqual([])
  })

  test('is null, with the reason, where it cannot be written so that the grammar reads the same', () => {
    const [explain] = read("EXPLAIN SELECT * FROM json_table('{}', '$' COLUMNS (a int PATH '$.a')) AS j")
    expect(explain?.nested[0]?.sql).toBeNull()
    expect(explain?.nested[0]?.unknown).toContainEqual(expect.stringContaining('cannot be written out by itself'))
  })

  test('a tree that does not come back the same is not used', () => {
    // The writer passes over a field it does not know; only the comparison can tell.
    expect(writeStatement({ SelectStmt: { targetList: [], limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE', invented: 1 } })).toBeNull()
  })
})

function read(sql: string): RawStatement[] {
  const bytes = Buffer.byteLength(sql)
  return walkParseResult(parseSync(sql), bytes, textsOf(sql, bytes))
}

function texts(statements: readonly RawStatement[]): string[] {
  return statements.flatMap((one) => [...(one.sql === null ? [] : [one.sql]), ...texts(one.nested)])
}

function withoutPlaces(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (name, part) => (/location$|_len$|_start$|_end$/.test(name) ? undefined : part)))
}
