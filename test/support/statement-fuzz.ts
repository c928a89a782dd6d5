// Random statements over the corpus database, and texts of the corpus bent: most are right, some are not, some of both write.

export type Random = (below: number) => number

/** Small and repeatable (mulberry32). */
export function numbers(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

type Type = 'int' | 'text' | 'bool' | 'numeric' | 'date' | 'jsonb'
interface Column { readonly name: string; readonly type: Type }
interface Source { readonly name: string; readonly columns: readonly Column[] }

const column = (list: string): readonly Column[] => list.split(' ').map((one) => {
  const [name = '', type = ''] = one.split(':')
  return { name, type: type as Type }
})
const TABLES: readonly Source[] = [
  { name: 'customers', columns: column('id:int full_name:text email:text phone:text iban:text card_number:text note:text') },
  { name: 'invoices', columns: column('id:int customer_id:int total:numeric status:text issued_on:date') },
  { name: 'invoice_lines', columns: column('id:int invoice_id:int sku:text quantity:int price:numeric') },
  { name: 'v_contact', columns: column('id:int address:text') },
  { name: 'v_open', columns: column('id:int total:numeric') },
  { name: 'v_secrets', columns: column('id:int note:text') },
  { name: 'events', columns: column('id:int at:date payload:text') },
  { name: 'documents', columns: column('id:int body:jsonb') },
  { name: 'safe', columns: column('id:int n:int') },
  { name: 'vc', columns: column('id:int email:text') },
  { name: 'v_written', columns: column('id:int n:int') },
  { name: 'guarded', columns: column('id:int owner_name:text') },
  { name: 'pg_class', columns: column('relname:text') },
  { name: 'pg_stats', columns: column('tablename:text') },
]
const TARGETS = ['customers', 'invoices', 'invoice_lines', 'safe', 'vc', 'logged', 'paint', 'v_open', 'v_trig', 'access_grants', 'events', 'far_away']

export class Statements {
  readonly #random: Random
  #aliases = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** One text: a statement of the grammar, perhaps wrapped, perhaps two of them. */
  statement(): string {
    const text = this.#wrapped()
    return this.#odds(25) ? `${text}; ${this.#wrapped()}` : text
  }

  #wrapped(): string {
    const kind = this.#random(24)
    if (kind < 12) return this.#select(3)
    if (kind < 15) return this.#change()
    const inner = this.#odds(3) ? this.#change() : this.#select(2)
    switch (kind) {
      case 15: return `EXPLAIN ${this.#pick(['', '(ANALYZE) ', '(ANALYZE, VERBOSE) ', '(COSTS off) ', 'ANALYZE '])}${inner}`
      case 16: return `COPY (${inner}) TO ${this.#pick(['STDOUT', 'STDOUT CSV', "STDOUT (FORMAT binary)", "PROGRAM 'cat'", "'/tmp/never'"])}`
      case 17: return `PREPARE p${this.#random(3)} AS ${inner}`
      case 18: return `BEGIN; DECLARE c CURSOR FOR ${inner}; FETCH 2 FROM c; ROLLBACK`
      case 19: return `WITH w AS (${inner}${/^(INSERT|UPDATE|DELETE)/.test(inner) && !inner.includes('RETURNING') ? ' RETURNING 1 AS one' : ''}) SELECT * FROM w`
      case 20: return this.#pick([`CREATE TEMP TABLE t AS ${inner}`, `CREATE VIEW v AS ${inner}`, `SELECT * INTO t FROM (${inner}) x`, `DO $$ BEGIN PERFORM 1; END $$`, `CREATE MATERIALIZED VIEW m AS ${inner}`])
      case 21: return this.#utility()
      case 22: return `PREPARE q AS ${inner}; EXECUTE q; DEALLOCATE q`
      default: return `${inner} -- ; ${this.#change()}`
    }
  }

  #utility(): string {
    return this.#pick([
      'BEGIN; SELECT 1; COMMIT', 'SHOW statement_timeout', "SET application_name = 'x'", 'SET search_path = evil', 'RESET ALL', 'DISCARD ALL', 'LOCK TABLE invoices', 'VACUUM vc', 'ANALYZE vc', 'TRUNCATE vc',
      "NOTIFY n, 'x'", 'LISTEN n', 'UNLISTEN *', 'CALL proc()', 'REFRESH MATERIALIZED VIEW mv_contact', 'SET ROLE postgres', 'RESET ROLE', "COMMENT ON TABLE vc IS 'x'", 'ALTER TABLE vc ADD COLUMN x int', 'DROP TABLE vc', 'CREATE TABLE y (id int)',
      'GRANT SELECT ON vc TO PUBLIC', 'REINDEX TABLE vc', 'CHECKPOINT', 'SAVEPOINT s', 'BEGIN; SAVEPOINT s; ROLLBACK TO s; COMMIT', "SET LOCAL transaction_read_only = off", 'SET TRANSACTION READ WRITE', 'EXECUTE p0', 'DEALLOCATE ALL', 'CLOSE ALL', 'FETCH c',
      'CREATE SEQUENCE z', 'ALTER SEQUENCE counter RESTART', "COPY vc TO STDOUT", 'COPY vc (id) TO STDOUT', 'ALTER SYSTEM SET work_mem = 1', 'CREATE INDEX ON vc (id)', 'CLUSTER', "PREPARE TRANSACTION 'x'", "SELECT 1 FROM invoices FOR UPDATE",
    ])
  }

  #change(): string {
    const target = this.#pick(TARGETS)
    const returning = this.#odds(3) ? ' RETURNING *' : ''
    switch (this.#random(6)) {
      case 0: return `DELETE FROM ${target}${this.#odds(2) ? ` WHERE id = ${this.#random(9)}` : ''}${returning}`
      case 1: return `UPDATE ${target} SET id = id WHERE id = ${this.#random(9)}${returning}`
      case 2: return `INSERT INTO ${target} (id) VALUES (${1_000_000 + this.#random(99)})${returning}`
      case 3: return `INSERT INTO vc ${this.#query([{ name: 'x', type: 'int' }, { name: 'y', type: 'text' }], 2, [])}${returning}`
      case 4: return `WITH a AS (SELECT 1 AS id) DELETE FROM ${target} USING a WHERE ${target}.id = a.id`
      default: return `MERGE INTO vc USING invoices i ON vc.id = i.id WHEN MATCHED THEN ${this.#pick(['DELETE', 'DO NOTHING', 'UPDATE SET id = i.id'])}`
    }
  }

  #select(depth: number): string {
    const types: Type[] = Array.from({ length: 1 + this.#random(3) }, () => this.#pick(['int', 'text', 'bool', 'numeric', 'date', 'jsonb'] as const))
    return this.#query(types.map((type, at) => ({ name: `c${at}`, type })), depth, [])
  }

  /** A query that gives these columns. */
  #query(wanted: readonly Column[], depth: number, outer: readonly Source[]): string {
    if (depth > 0 && this.#odds(8)) return `${this.#query(wanted, depth - 1, outer)} ${this.#pick(['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT ALL'])} ${this.#query(wanted, depth - 1, outer)}`
    if (this.#odds(15)) return `VALUES (${wanted.map(({ type }) => this.#expression(type, 1, outer)).join(', ')})`
    const sources: Source[] = []
    const withs: string[] = []
    if (depth > 0 && this.#odds(5)) {
      const inner = { name: `w${this.#aliases++}`, columns: column('a:int b:text') }
      withs.push(`${inner.name} (a, b) AS ${this.#pick(['', 'MATERIALIZED '])}(${this.#odds(12) ? `${this.#pick(['DELETE FROM vc WHERE id = 3', 'UPDATE vc SET id = id'])} RETURNING id, email` : this.#query(inner.columns, depth - 1, [])})`)
      sources.push(inner)
    }
    const from: string[] = sources.map(({ name }) => name)
    for (let n = this.#random(3); n > 0; n--) {
      const [text, source] = this.#from(depth, [...outer, ...sources])
      from.push(from.length > 0 && this.#odds(2) ? `${from.pop()} ${this.#pick(['JOIN', 'LEFT JOIN', 'FULL JOIN'])} ${text} ON ${this.#pick(['true', `${source.name}.id IS NOT NULL`, this.#expression('bool', 1, [...sources, source])])}` : text)
      sources.push(source)
    }
    const scope = [...outer, ...sources]
    const grouped = this.#odds(8) && sources.length > 0
    const item = ({ name, type }: Column): string => `${grouped ? this.#aggregate(type, scope) : this.#expression(type, depth, scope)} AS ${this.#odds(12) ? `"delete ${name}"` : name}`
    let text = `${withs.length > 0 ? `WITH ${withs.join(', ')} ` : ''}SELECT ${this.#odds(15) && !grouped ? 'DISTINCT ' : ''}${wanted.map(item).join(', ')}`
    if (from.length > 0) text += ` FROM ${from.join(', ')}`
    if (this.#odds(2)) text += ` WHERE ${this.#expression('bool', depth, scope)}`
    if (grouped) text += this.#pick(['', ' HAVING count(*) > 0'])
    if (depth === 3 && this.#odds(3)) text += ` ORDER BY ${this.#odds(3) ? this.#expression('int', 1, grouped ? [] : scope) : '1'}`
    if (depth === 3) text += ` LIMIT ${this.#odds(12) ? this.#expression('int', 1, []) : '3'}`
    if (depth === 3 && this.#odds(30)) text += this.#pick([' FOR UPDATE', ' FOR SHARE', ' FOR KEY SHARE SKIP LOCKED'])
    return text
  }

  #from(depth: number, scope: readonly Source[]): [string, Source] {
    const name = `t${this.#aliases++}`
    if (depth > 0 && this.#odds(4)) {
      const columns = column('id:int b:text')
      const isLateral = this.#odds(3)
      return [`${isLateral ? 'LATERAL ' : ''}(${this.#query(columns, depth - 1, isLateral ? scope : [])}) AS ${name} (id, b)`, { name, columns }]
    }
    if (this.#odds(10)) return [`generate_series(1, ${this.#expression('int', 1, [])}) AS ${name} (id)`, { name, columns: column('id:int') }]
    const table = this.#pick(TABLES.slice(0, this.#odds(3) ? TABLES.length : 9))
    const written = this.#pick([table.name, table.name, `"${table.name}"`, table.name.startsWith('pg_') ? table.name : `public.${table.name}`, table.name.toUpperCase()])
    return [`${written} AS ${name}`, { name, columns: table.columns }]
  }

  #aggregate(type: Type, scope: readonly Source[]): string {
    switch (type) {
      case 'int': return `count(${this.#pick(['*', this.#expression('text', 1, scope)])})::int`
      case 'text': return this.#pick([`max(${this.#expression('text', 1, scope)})`, `string_agg(${this.#expression('text', 1, scope)}, ',')`, `gather(${this.#expression('text', 1, scope)})`])
      case 'bool': return `bool_or(${this.#expression('bool', 1, scope)})`
      case 'numeric': return `sum(${this.#expression('numeric', 1, scope)})`
      case 'date': return `max(${this.#expression('date', 1, scope)})`
      default: return `jsonb_agg(${this.#expression('text', 1, scope)})`
    }
  }

  #expression(type: Type, depth: number, scope: readonly Source[]): string {
    const found = scope.flatMap((source) => source.columns.filter((one) => one.type === type).map((one) => `${source.name}.${one.name}`))
    if (found.length > 0 && this.#odds(2)) return this.#pick(found)
    if (depth <= 0) return this.#literal(type)
    const e = (of: Type): string => this.#expression(of, depth - 1, scope)
    if (this.#odds(9)) return `(${this.#query([{ name: 'x', type }], depth - 1, scope)}${this.#odds(2) ? ' LIMIT 1' : ''})`
    if (this.#odds(9)) return `CASE WHEN ${e('bool')} THEN ${e(type)} ELSE ${e(type)} END`
    if (this.#odds(12)) return `coalesce(${e(type)}, ${e(type)})`
    if (this.#odds(14)) return `CAST(${e('text')} AS ${type})`
    switch (type) {
      case 'int': return this.#pick([() => `(${e('int')} + ${e('int')})`, () => `length(${e('text')})`, () => `(${e('int')} / ${e('int')})`, () => `double_it(${e('int')})`, () => this.#code(), () => `abs(${e('int')})`, () => `(row_number() OVER (ORDER BY ${e('int')}))::int`, () => `ascii(${e('text')})`])()
      case 'text': return this.#pick([() => `(${e('text')} || ${e('text')})`, () => `upper(${e('text')})`, () => `left(${e('text')}, ${this.#random(9)})`, () => `${e('int')}::text`, () => `get_email(${this.#random(9)})`, () => `format('%s', ${e('text')})`, () => `md5(${e('text')})`, () => `(${e('jsonb')} ->> 'a')`, () => `lower(${e('text')}${this.#odds(3) ? '::varchar' : ''})`, () => this.#textCode(e)])()
      case 'bool': return this.#pick([() => `${e('int')} = ${e('int')}`, () => `(${e('text')} LIKE ${e('text')})`, () => `(${e('bool')} AND ${e('bool')})`, () => `NOT ${e('bool')}`, () => `${e('text')} IS NULL`, () => `EXISTS (${this.#query([{ name: 'x', type: 'int' }], depth - 1, scope)})`, () => `${e('int')} IN (${this.#query([{ name: 'x', type: 'int' }], depth - 1, scope)})`, () => `(${e('date')} < ${e('date')})`, () => `${e('text')}::varchar = 'x'::varchar`])()
      case 'numeric': return this.#pick([() => `(${e('numeric')} * ${e('numeric')})`, () => `round(${e('numeric')}, 1)`, () => `${e('int')}::numeric`, () => 'random()::numeric'])()
      case 'date': return this.#pick([() => `(${e('date')} + ${e('int')})`, () => 'current_date', () => `now()::date`])()
      default: return this.#pick([() => `to_jsonb(${scope.length > 0 && this.#odds(2) ? this.#pick(scope).name : e('text')})`, () => `jsonb_build_object('a', ${e('text')})`, () => `(${e('jsonb')} -> 'a')`])()
    }
  }

  /** What a statement should not be able to do by being called a read. */
  #code(): string {
    return this.#pick(['hidden_write()', 'b3()', 'remove_line(3)', 'remove_twice(3)', "nextval('counter')::int", "setval('counter', 9)::int", '1', '2', '3', "txid_current()::text::int", 'pg_backend_pid()', "length(set_config('a.b', 'c', true))", "(SELECT id FROM remove_line(4) AS id)"])
  }

  #textCode(e: (of: Type) => string): string {
    return this.#pick([`shout(${e('text')})`, `internal_upper(${e('text')})`, "pg_read_file('PG_VERSION')", `set_config('a.b', ${e('text')}, false)`, "current_setting('search_path')", `as_owner(${this.#random(5)})`, "query_to_xml('DELETE FROM vc', true, true, '')::text", `quote_literal(${e('text')})`, `CAST(${e('text')} AS wary)`])
  }

  #literal(type: Type): string {
    switch (type) {
      case 'int': return String(this.#random(5))
      case 'text': return this.#pick(["'x'", "'DROP TABLE vc'", "E'a\\'b; DELETE FROM vc; --'", '$$;DROP TABLE vc;$$', "U&'\\0061'", "'%'", "''", "'it''s'"])
      case 'bool': return this.#pick(['true', 'false', 'NULL::bool'])
      case 'numeric': return this.#pick(['1.5', '0', '10.0'])
      case 'date': return "DATE '2026-01-01'"
      default: return `'{"a": "b"}'::jsonb`
    }
  }

  #odds(one: number): boolean {
    return this.#random(one) === 0
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random(from.length)] as T
  }
}

const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|\w+|\s+|[^\w\s]/g
const WRAPS: readonly ((text: string) => string)[] = [
  (text) => `EXPLAIN ${text}`, (text) => `EXPLAIN ANALYZE ${text}`, (text) => `WITH x AS (${text}) SELECT 1 FROM x`, (text) => `COPY (${text}) TO STDOUT`, (text) => `PREPARE z AS ${text}`, (text) => `PREPARE z AS ${text}; EXECUTE z`,
  (text) => `DO $do$ BEGIN ${text}; END $do$`, (text) => `BEGIN; ${text}; ROLLBACK`, (text) => `SELECT (${text})`, (text) => `SELECT * FROM (${text}) x`, (text) => `CREATE VIEW never AS ${text}`, (text) => `DECLARE c CURSOR WITH HOLD FOR ${text}`,
  (text) => `/* ${text} */ SELECT 1`, (text) => `SELECT 1; ${text}`, (text) => `${text}; SELECT 1`, (text) => `SELECT $x$${text}$x$`, (text) => `(${text})`, (text) => `SELECT 1 UNION ALL ${text}`, (text) => `SELECT EXISTS (${text})`, (text) => `CREATE TABLE never AS ${text}`,
]

/** A text of the corpus, bent: tokens changed, swapped or written otherwise, the whole wrapped in something else. */
export function mutated(corpus: readonly string[], random: Random): string {
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T
  let text = pick(corpus)
  for (let times = 1 + random(3); times > 0; times--) {
    const tokens = text.match(TOKENS) ?? []
    const at = random(Math.max(1, tokens.length))
    const other = pick(corpus).match(TOKENS) ?? []
    switch (random(11)) {
      case 0: tokens.splice(at, 1); break
      case 1: tokens.splice(at, 0, tokens[at] ?? ''); break
      case 2: [tokens[at], tokens[random(Math.max(1, tokens.length))]] = [tokens[random(Math.max(1, tokens.length))] ?? '', tokens[at] ?? '']; break
      case 3: tokens[at] = pick(other) ?? ''; break
      case 4: tokens.splice(at, 0, pick(['/**/', '/* ; */', '--\n', '/* /* x */ */', '\t', '\n', '--\r\n', ' /*\'*/ '])); break
      case 5: tokens[at] = (tokens[at] ?? '').toUpperCase(); break
      // A name in quotes, or as its code points.
      case 6: tokens[at] = /^[a-z_]+$/.test(tokens[at] ?? '') ? pick([`"${tokens[at]}"`, `U&"${[...(tokens[at] as string)].map((letter) => `\\${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`]) : (tokens[at] ?? ''); break
      case 7: tokens.splice(at, random(6), ...other.slice(random(other.length), random(other.length))); break
      case 8: return pick(WRAPS)(tokens.join(''))
      case 9: return pick(WRAPS)(pick(WRAPS)(tokens.join('')))
      default: return `${tokens.join('')}${pick([';', ' ', '; ', ' UNION ALL ', ' -- ', ' /* '])}${other.join('')}`
    }
    text = tokens.join('')
  }
  return text
}
