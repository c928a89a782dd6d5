import fc from 'fast-check'
import type { Shape, Template } from '../../src/protocols/postgres/shape.ts'

// Statements with literals at every kind of place, and others of the same shape.

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
export const statement: fc.Arbitrary<string> = fc.oneof(
  query.map(String),
  fc.tuple(expression, condition).map(([value, where]) => `UPDATE t SET a = ${String(value)}, b = 5 WHERE ${String(where)} RETURNING a + 1`),
  condition.map((where) => `DELETE FROM t USING u WHERE ${String(where)}`),
  fc.tuple(fc.array(expression, { minLength: 1, maxLength: 3 }), fc.constantFrom('', ' ON CONFLICT (a) DO UPDATE SET b = 5 WHERE t.a = 1')).map(([values, rest]) => `INSERT INTO t VALUES (${values.join(', ')})${rest}`),
  fc.tuple(condition, query).map(([where, rest]) => `WITH d AS (DELETE FROM t WHERE ${String(where)} RETURNING *) ${String(rest)}`),
  query.map((inner) => `EXPLAIN ${String(inner)}`), fc.tuple(query, query).map(([one, other]) => `${String(one)}; ${String(other)}`), fc.tuple(query, query).map(([one, other]) => `(${String(one)}) UNION (${String(other)})`),
)
/** Literals to put in the place of others: an integer, a string, and whether one that is not free is exchanged too. */
export const literals: fc.Arbitrary<fc.Stream<[string, string, boolean]>> = fc.infiniteStream(fc.tuple(integer, string, fc.boolean()))

/** The text with other literals; free ones always, others seldom. */
export function exchange(bytes: Buffer, shape: Shape, template: Template, stream: fc.Stream<readonly [string, string, boolean]>): string {
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

