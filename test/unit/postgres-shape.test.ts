import fc from 'fast-check'
import { loadModule, parseSync } from 'libpg-query'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freeLiterals } from '../../src/protocols/postgres/free-literals.ts'
import { createParserPool, type ParserOptions, type ParserPool } from '../../src/protocols/postgres/parser.ts'
import { fits, keepShape, shapeOf, templateOf } from '../../src/protocols/postgres/shape.ts'
import { walkParseResult } from '../../src/protocols/postgres/walk.ts'
import { exchange, literals, statement } from '../support/shape-generator.ts'

beforeAll(() => loadModule())

const pools: ParserPool[] = []
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

describe('the shape of a text', () => {
  it('is the same for texts that differ in plain literals, and keeps their kinds apart', () => {
    expect(key("SELECT a FROM t WHERE id = 5 AND n = 'x'")).toBe(key("SELECT a FROM t WHERE id = 123 AND n = 'it''s, $1 -- é'"))
    expect(key('SELECT a FROM t WHERE id = 5')).not.toBe(key("SELECT a FROM t WHERE id = '5'"))
    expect(key('SELECT a FROM t WHERE id = $1 AND b = 5')).not.toBe(key('SELECT a FROM t WHERE id = $2 AND b = 5'))
    expect(key('SELECT "a 5" FROM t5 WHERE id = 5')).toBe('SELECT "a 5" FROM t5 WHERE id = \u0001')
  })

  it.each([
    ["E'\\n'", "SELECT a FROM t WHERE n = E'x'"], ['U&', "SELECT a FROM t WHERE n = U&'x'"], ['bits', "SELECT a FROM t WHERE n = B'1'"],
    ['hex', "SELECT a FROM t WHERE n = x'1'"], ['national', "SELECT a FROM t WHERE n = N'x'"], ['a backslash', "SELECT a FROM t WHERE n = 'a\\b'"],
    ['a dollar quote', 'SELECT a FROM t WHERE n = $$x$$ AND b = 5'], ['a line comment', 'SELECT a FROM t WHERE n = 5 -- 6'], ['a block comment', 'SELECT a /* 5 */ FROM t WHERE n = 5'],
    ['a string without an end', "SELECT a FROM t WHERE n = 'x"], ['a name without an end', 'SELECT a FROM t WHERE n = 5 AND "x'],
    ['a control character', 'SELECT a FROM t WHERE n = 5 AND \u0001'], ['nothing to cut', 'SELECT a FROM t'],
    ['more literals than are counted', `SELECT a FROM t WHERE n IN (${'1,'.repeat(600)}1)`], ['more bytes than are looked at', `SELECT a FROM t WHERE n = '${'x'.repeat(9000)}'`],
  ])('does not exist for %s', (_, text) => {
    expect(shapeOf(Buffer.from(text))).toBeNull()
  })

  it('does not exist for bytes that are not UTF-8, wherever they stand', () => {
    for (const text of ["SELECT a FROM t WHERE n = '\xff'", 'SELECT "\xff" FROM t WHERE n = 5', 'SELECT \xff FROM t WHERE n = 5', 'SELECT a FROM t WHERE n = 5 AND \xff']) {
      expect(shapeOf(Buffer.from(text, 'latin1'))).toBeNull()
      expect(shapeOf(Buffer.from(text, 'utf8'))).not.toBeNull()
    }
  })

  it('leaves numbers alone that are more than plain integers', () => {
    for (const text of ['1.5', '.5', '5.', '1e5', '0x1F', '1_000', '2147483648', '1234567890', 't.5', '1..2']) expect(key(`SELECT a WHERE b = ${text} AND c = 7`)).toBe(`SELECT a WHERE b = ${text} AND c = \u0001`)
  })
})

describe('a template', () => {
  it.each([
    'SELECT a FROM t WHERE id = 5', 'SELECT a FROM t WHERE id = -5 AND n LIKE \'x%\'', 'SELECT a FROM t WHERE id IN (1, 2, 3) LIMIT 10 OFFSET 20',
    'SELECT a FROM t WHERE id BETWEEN 1 AND 9 AND NOT (n = \'a\' OR m <> \'b\')', 'SELECT a FROM t JOIN u ON t.id = u.id AND u.k = 7 WHERE EXISTS (SELECT FROM v WHERE v.id = t.id AND v.n = \'q\')',
    'UPDATE pgbench_accounts SET abalance = abalance + -1234 WHERE aid = 99', "UPDATE t SET a = 5, b = 'x' WHERE c = 1 RETURNING d",
    "INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y')", "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 'x' WHERE t.c = 3", 'DELETE FROM t WHERE id = 5',
    'WITH d AS (DELETE FROM t WHERE id = 5 RETURNING *) SELECT a FROM d WHERE b = 6', 'SELECT a FROM t WHERE id = 1 UNION ALL SELECT a FROM u WHERE id = 2', 'SELECT a, sum(b) FROM t GROUP BY a HAVING sum(b) > 5',
  ])('takes every literal of %s', (text) => {
    expect(fixedOf(text)).toEqual([])
  })

  it.each([
    ['SELECT 5', null], ["SELECT 'x'", null], ['SELECT a FROM t ORDER BY 2', null], ['SELECT a FROM t GROUP BY 1', null], ["SELECT nextval('s')", null],
    ['SELECT a FROM t WHERE 1 = 1', null], ['SELECT a FROM t WHERE 1 < 2', null], ['UPDATE t SET b = 1 WHERE a + 1 = a + 1', ['1', '1']], ['DELETE FROM t WHERE a + 1 = a + 2', null],
    ["SELECT a FROM t WHERE o = 'users'::regclass", null], ["SELECT a FROM t WHERE o = CAST('users' AS regclass)", null], ["SELECT a FROM t WHERE o = regclass 'users'", null],
    ["SELECT a FROM t WHERE o = to_regclass('users')", null], ["SELECT a FROM t WHERE d > now() - interval '1 day'", null], ["SELECT a FROM t WHERE j->>'ssn' = 'x'", ["'ssn'"]],
    ["SELECT a FROM t WHERE j OPERATOR(pg_catalog.=) 5", null], ['SELECT a FROM t WHERE a[1] = 5', ['1']], ['SELECT 7 FROM t WHERE id = 5 ORDER BY 1', ['7', '1']],
    ["INSERT INTO t VALUES (nextval('s'), 5)", ["'s'"]], ["INSERT INTO t VALUES ('users'::regclass)", null], ['INSERT INTO t SELECT 5', null], ["UPDATE t SET a = f('x'), b = 5", ["'x'"]],
    ['DELETE FROM t WHERE a = 1; DELETE FROM t WHERE a = 2', null], ["SET x = '5'", null], ["COPY t TO STDOUT (DELIMITER ',')", null], ['EXPLAIN SELECT a FROM t WHERE id = 5', null],
    ['PREPARE p AS SELECT a FROM t WHERE id = 5', null], ["CREATE TABLE t AS SELECT a FROM u WHERE id = 5", null], ['SELECT a INTO b FROM t WHERE id = 5', null], ['MERGE INTO t USING u ON t.a = 5 WHEN MATCHED THEN DELETE', null],
    ["SELECT a FROM t WHERE n = 'a'\n'b'", null], ['DECLARE c CURSOR FOR SELECT a FROM t WHERE id = 5', null], ["SELECT a FROM t WHERE x AT TIME ZONE 'utc' > 'now'", ["'utc'"]], ['VALUES (1)', null],
    ['SELECT a FROM t WHERE id = 5 FETCH FIRST 3 ROWS ONLY', []], ['SELECT substring(a, 1, 2) FROM t WHERE id = 5', ['1', '2']],
  ] as const)('of %s must keep %j', (text, expected) => {
    expect(fixedOf(text)).toEqual(expected)
  })
})

/** Pieces that open, close and join tokens, in any order. */
const soup = fc.array(
  fc.constantFrom("'", "''", '"', '$$', '$1', '$a$', '--', '/*', '*/', '\n', ' ', 'E', 'U&', 'x', 'n', '5', '42', '.', '-', '=', '1e5', '\\', ';', ',', '(', ')', 'a', ' WHERE ', ' AND ', 'SELECT ', ' FROM t', "'x'", '::', '&', 'é', '\u0001', ' LIMIT '),
  { maxLength: 24 },
).map((parts) => parts.join(''))

describe('texts of one shape', () => {
  it('have the same facts and the same tree but for those literals, whatever they are', () => {
    let compared = 0
    fc.assert(
      fc.property(statement, literals, (text, stream) => {
        compared += compare(text, stream) ? 1 : 0
      }),
      { numRuns: 6_000, seed: SEED },
    )
    // A property about nothing would hold too.
    expect(compared).toBeGreaterThan(1_500)
  }, 240_000)

  it('are told apart where tokens are cut in ways that this reader does not know', () => {
    let compared = 0
    fc.assert(
      fc.property(fc.constantFrom('SELECT a FROM t WHERE b = ', "SELECT a FROM t WHERE c = 'y' AND b = 5 "), soup, fc.constantFrom('', ' AND d = 5', " AND d = 'x'"), literals, (before, middle, after, stream) => {
        compared += compare(before + middle + after, stream) ? 1 : 0
      }),
      { numRuns: 30_000, seed: SEED },
    )
    expect(compared).toBeGreaterThan(300)
  }, 240_000)
})

describe('the parser pool', () => {
  it('answers a text of a known shape at once with the same statements, and another one with its own', async () => {
    const pool = open()
    const first = await pool.parse(bytes("SELECT a FROM t WHERE id = 5 AND n = 'x' ORDER BY 1"))
    expect(pool.parse(bytes("SELECT a FROM t WHERE id = 77 AND n = 'é' ORDER BY 1"))).toBe(first)
    for (const other of ["SELECT a FROM t WHERE id = 77 AND n = 'y' ORDER BY 2", "SELECT a FROM t WHERE id = '77' AND n = 'y' ORDER BY 1", "SELECT a FROM u WHERE id = 5 AND n = 'x' ORDER BY 1"]) {
      const statements = pool.parse(bytes(other))
      expect(statements).toBeInstanceOf(Promise)
      expect(await statements).not.toBe(first)
    }
    // Both positions of ORDER BY are known now.
    expect(pool.parse(bytes("SELECT a FROM t WHERE id = 1 AND n = '' ORDER BY 1"))).toBe(first)
    expect(pool.parse(bytes("SELECT a FROM t WHERE id = 1 AND n = '' ORDER BY 2"))).not.toBeInstanceOf(Promise)
  })

  it('reads the very text when that is asked for, and lets it stand for the shape from then on', async () => {
    const pool = open()
    const first = await pool.parse(bytes('DELETE FROM t WHERE id = 5'))
    expect(await pool.exact(bytes('DELETE FROM t WHERE id = 5'))).toBe(first)
    const own = await pool.exact(bytes('DELETE FROM t WHERE id = 66'))
    expect(own).not.toBe(first)
    expect(own[0]?.sql).toBe('DELETE FROM t WHERE id = 66')
    expect(first[0]?.sql).toBe('DELETE FROM t WHERE id = 5')
    expect(pool.parse(bytes('DELETE FROM t WHERE id = 7'))).toBe(own)
  })

  it('does not hand on what its caller does to the bytes while they are read', async () => {
    const pool = open()
    const text = bytes('SELECT a FROM t WHERE id = 5 ORDER BY 1')
    const reading = pool.parse(text)
    text.fill(0x20)
    const first = await reading
    expect(pool.parse(bytes('SELECT a FROM t WHERE id = 6 ORDER BY 1'))).toBe(first)
    expect(await pool.parse(bytes('SELECT a FROM t WHERE id = 6 ORDER BY 2'))).not.toBe(first)
  })

  it('forgets shapes when there are too many, those not used first', async () => {
    const pool = open({ cacheEntries: 2 })
    const a = await pool.parse(bytes('SELECT a FROM t WHERE id = 5'))
    await pool.parse(bytes('SELECT b FROM t WHERE id = 5'))
    expect(pool.parse(bytes('SELECT a FROM t WHERE id = 6'))).toBe(a)
    await pool.parse(bytes('SELECT c FROM t WHERE id = 5'))
    expect(pool.parse(bytes('SELECT a FROM t WHERE id = 7'))).toBe(a)
    const forgotten = pool.parse(bytes('SELECT b FROM t WHERE id = 8'))
    expect(forgotten).toBeInstanceOf(Promise)
    await forgotten
  })

  it('keeps no shape that weighs more than all may', async () => {
    const pool = open({ cacheTotalBytes: 20 })
    await pool.parse(bytes('SELECT a FROM t WHERE id = 5'))
    const again = pool.parse(bytes('SELECT a FROM t WHERE id = 6'))
    expect(again).toBeInstanceOf(Promise)
    await again
  })
})

const SEED = Number(process.env['HOLDPOINT_TEST_SEED'] ?? 20_261_120)

/** Whether a text made from this one was one of its shape, and then found to mean the same. */
function compare(text: string, stream: fc.Stream<readonly [string, string, boolean]>): boolean {
  const first = Buffer.from(text)
  const shape = shapeOf(first)
  if (shape === null) return false
  const kept = keepShape(shape)
  const tree = treeOrNull(text)
  if (tree === null) return false
  const template = templateOf(first, kept, freeLiterals(tree))
  if (template === null) return false
  const exchanged = exchange(first, kept, template, stream)
  const again = shapeOf(Buffer.from(exchanged))
  if (again === null || again.key !== kept.key || !fits(Buffer.from(exchanged), again, template)) return false
  const other = treeOrNull(exchanged)
  expect(other, exchanged).not.toBeNull()
  expect(facts(other, exchanged), exchanged).toEqual(facts(tree, text))
  expect(skeleton(other)).toBe(skeleton(tree))
  return true
}

function treeOrNull(text: string): unknown {
  try {
    return parseSync(text)
  } catch {
    return null
  }
}

function facts(tree: unknown, text: string): unknown {
  return JSON.parse(JSON.stringify(walkParseResult(tree, Buffer.byteLength(text)), (name, value: unknown) => (name === 'byteStart' || name === 'byteLength' ? undefined : value)))
}

/** The tree without places and values: kinds of nodes and names stay. */
function skeleton(tree: unknown): string {
  return JSON.stringify(tree, (name, value: unknown) => (['location', 'stmt_location', 'stmt_len', 'rexpr_list_start', 'rexpr_list_end', 'list_start', 'list_end'].includes(name) ? undefined : name === 'ival' ? 'ival' : name === 'A_Const' && (value as { sval?: unknown }).sval !== undefined ? 'sval' : value))
}

function fixedOf(text: string): readonly string[] | null {
  const shape = shapeOf(Buffer.from(text))
  if (shape === null) return null
  const template = templateOf(Buffer.from(text), shape, freeLiterals(parseSync(text)))
  return template === null ? null : template.fixed.map((one) => one.bytes)
}

function key(text: string): string | undefined {
  return shapeOf(Buffer.from(text))?.key
}

function open(options: ParserOptions = {}): ParserPool {
  const pool = createParserPool({ workers: 1, ...options })
  pools.push(pool)
  return pool
}

function bytes(text: string): Buffer {
  return Buffer.from(text)
}
