import fc from 'fast-check'
import { loadModule, parseSync } from 'libpg-query'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freeLiterals } from '../../src/protocols/postgres/free-literals.ts'
import { createParserPool, type ParserOptions, type ParserPool } from '../../src/protocols/postgres/parser.ts'
import { fits, keepShape, shapeOf, type Template, templateOf } from '../../src/protocols/postgres/shape.ts'
import { walkParseResult } from '../../src/protocols/postgres/walk.ts'

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

// Literals that could matter beside those that cannot, values chosen so that equal ones come often.
const integer = fc.constantFrom('0', '1', '2', '7', '007', '123456789')
const string = fc.constantFrom("''", "'x'", "'it''s'", "'pg_class'", "'1'", "'é ‹'", "'now'", "'a;b--c/*'", "'$1'", "'\"'")
const literal = fc.oneof(integer, string)
const column = fc.constantFrom('a', 't.b', '"C 5"', 'x1')
const { expression, condition, query } = fc.letrec((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true }, literal, column, literal, column,
    fc.tuple(tie('expression'), fc.constantFrom('+', '-', ' - ', '*', '||', '->>', '::text ||', '^', '/ -'), tie('expression')).map((parts) => parts.join(' ')),
    fc.tuple(fc.constantFrom('lower', 'f', 'nextval', 'coalesce', 'greatest'), tie('expression')).map(([name, inner]) => `${name}(${inner})`),
    tie('expression').map((inner) => `(${inner})`), tie('expression').map((inner) => `- ${inner}`), tie('expression').map((inner) => `CAST(${inner} AS text)`),
    fc.tuple(tie('condition'), tie('expression')).map(([when, then]) => `CASE WHEN ${when} THEN ${then} ELSE 5 END`), tie('query').map((inner) => `(${inner})`), tie('expression').map((inner) => `ARRAY[${inner}, 1]`),
    string.map((value) => `regclass ${value}`), string.map((value) => `${value}::regclass`), integer.map((value) => `a[${value}]`),
  ),
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.tuple(tie('expression'), fc.constantFrom('=', '<>', '<', '>=', 'LIKE', 'NOT LIKE', 'ILIKE', '~', 'IS DISTINCT FROM'), tie('expression')).map((parts) => parts.join(' ')),
    fc.tuple(column, literal, literal).map(([name, one, other]) => `${name} BETWEEN ${one} AND ${other}`), fc.tuple(tie('expression'), fc.array(literal, { minLength: 1, maxLength: 3 })).map(([left, list]) => `${left} IN (${list.join(', ')})`),
    fc.tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition')).map((parts) => parts.join(' ')), tie('condition').map((inner) => `NOT (${inner})`),
    tie('query').map((inner) => `EXISTS (${inner})`), fc.tuple(tie('expression'), tie('query')).map(([left, inner]) => `${left} IN (${inner})`), tie('expression').map((inner) => `${inner} IS NOT NULL`),
  ),
  query: fc.tuple(fc.array(tie('expression'), { minLength: 1, maxLength: 2 }), fc.option(tie('condition')), fc.constantFrom('', ' GROUP BY 1', ' ORDER BY 1, a', ' LIMIT 5', ' OFFSET 1 LIMIT 2', ' ORDER BY a + 1', ' FOR UPDATE'))
    .map(([list, where, rest]) => `SELECT ${list.join(', ')} FROM t${where === null ? '' : ` WHERE ${String(where)}`}${rest}`),
}))
const statement = fc.oneof(
  query.map(String),
  fc.tuple(expression, condition).map(([value, where]) => `UPDATE t SET a = ${String(value)}, b = 5 WHERE ${String(where)} RETURNING a + 1`),
  condition.map((where) => `DELETE FROM t USING u WHERE ${String(where)}`),
  fc.tuple(fc.array(expression, { minLength: 1, maxLength: 3 }), fc.constantFrom('', ' ON CONFLICT (a) DO UPDATE SET b = 5 WHERE t.a = 1')).map(([values, rest]) => `INSERT INTO t VALUES (${values.join(', ')})${rest}`),
  fc.tuple(condition, query).map(([where, rest]) => `WITH d AS (DELETE FROM t WHERE ${String(where)} RETURNING *) ${String(rest)}`),
  query.map((inner) => `EXPLAIN ${String(inner)}`), fc.tuple(query, query).map(([one, other]) => `${String(one)}; ${String(other)}`), fc.tuple(query, query).map(([one, other]) => `(${String(one)}) UNION (${String(other)})`),
)
/** Pieces that open, close and join tokens, in any order. */
const soup = fc.array(
  fc.constantFrom("'", "''", '"', '$$', '$1', '$a$', '--', '/*', '*/', '\n', ' ', 'E', 'U&', 'x', 'n', '5', '42', '.', '-', '=', '1e5', '\\', ';', ',', '(', ')', 'a', ' WHERE ', ' AND ', 'SELECT ', ' FROM t', "'x'", '::', '&', 'é', '\u0001', ' LIMIT '),
  { maxLength: 24 },
).map((parts) => parts.join(''))

describe('texts of one shape', () => {
  it('have the same facts and the same tree but for those literals, whatever they are', () => {
    let compared = 0
    fc.assert(
      fc.property(statement, fc.infiniteStream(fc.tuple(integer, string, fc.boolean())), (text, stream) => {
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
      fc.property(fc.constantFrom('SELECT a FROM t WHERE b = ', "SELECT a FROM t WHERE c = 'y' AND b = 5 "), soup, fc.constantFrom('', ' AND d = 5', " AND d = 'x'"), fc.infiniteStream(fc.tuple(integer, string, fc.boolean())), (before, middle, after, stream) => {
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

/** The text with other literals; free ones always, others seldom. */
function exchange(bytes: Buffer, shape: NonNullable<ReturnType<typeof shapeOf>>, template: Template, stream: fc.Stream<readonly [string, string, boolean]>): string {
  const fixed = new Set(template.fixed.map(({ index }) => index))
  let out = ''
  let at = 0
  const values = stream[Symbol.iterator]()
  for (let index = 0; index < shape.count; index++) {
    const [number, words, anyway] = values.next().value as readonly [string, string, boolean]
    const start = shape.starts[index] as number
    const end = shape.ends[index] as number
    const other = bytes[start] === 0x27 ? words : number
    out += bytes.toString('utf8', at, start) + (fixed.has(index) && !(anyway && index === 0) ? bytes.toString('utf8', start, end) : other)
    at = end
  }
  return out + bytes.toString('utf8', at)
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
