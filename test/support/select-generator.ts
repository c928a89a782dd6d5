// Random SELECTs, and INSERTs of them, over a small schema, from a seed: made so that they run (types fit, functions are total), not so that they make sense.

export const GENERATOR_SCHEMA = `
  CREATE TABLE a (id int PRIMARY KEY, x int, y int, s text, t text);
  CREATE TABLE b (id int PRIMARY KEY, a_id int, z int, u text, v text);
  CREATE TABLE c (k int, w int, m text);
  CREATE TABLE sink (n int, m text);
  CREATE VIEW av AS SELECT id, x + y AS xy, upper(s) AS us, t FROM a;
  CREATE VIEW bv AS SELECT b.u, av.us, av.xy, b.z FROM b JOIN av ON true;
  INSERT INTO a SELECT i, i % 3, i % 2, chr(97 + i % 4), chr(97 + i % 3) || i FROM generate_series(1, 6) i;
  INSERT INTO b SELECT i, 1 + i % 6, i % 4, chr(97 + i % 3), 'v' || i % 2 FROM generate_series(1, 5) i;
  INSERT INTO c SELECT i, i % 2, chr(97 + i % 2) FROM generate_series(1, 4) i;`

/** Columns of each table, its key first, and a value that no row has. */
export const GENERATOR_TABLES: Readonly<Record<string, { readonly columns: readonly string[]; readonly fresh: Readonly<Record<string, string>> }>> = {
  a: { columns: ['id', 'x', 'y', 's', 't'], fresh: { id: '77', x: '-5', y: '9', s: "'zz'", t: "''" } },
  b: { columns: ['id', 'a_id', 'z', 'u', 'v'], fresh: { id: '77', a_id: '-5', z: '9', u: "'zz'", v: "''" } },
  c: { columns: ['k', 'w', 'm'], fresh: { k: '77', w: '-5', m: "'zz'" } },
}

type Type = 'int' | 'text' | 'bool'

interface Column {
  readonly sql: string
  readonly type: Type
}

interface Item {
  /** What stands in FROM. */
  readonly sql: string
  readonly columns: readonly Column[]
  /** Its alias, where it has a row of its own. */
  readonly row: string | null
}

interface Output {
  readonly sql: string
  readonly types: readonly Type[]
}

const TABLES: Readonly<Record<string, readonly (readonly [string, Type])[]>> = {
  a: [['id', 'int'], ['x', 'int'], ['y', 'int'], ['s', 'text'], ['t', 'text']],
  b: [['id', 'int'], ['a_id', 'int'], ['z', 'int'], ['u', 'text'], ['v', 'text']],
  c: [['k', 'int'], ['w', 'int'], ['m', 'text']],
  av: [['id', 'int'], ['xy', 'int'], ['us', 'text'], ['t', 'text']],
  bv: [['u', 'text'], ['us', 'text'], ['xy', 'int'], ['z', 'int']],
}

export class SelectGenerator {
  readonly #random: () => number
  readonly #major: number
  #names = 0
  /** Chooses no rows, so that every difference is one of values. */
  #isQuiet = false
  /** Expressions that are errors for some values. */
  readonly #fails: boolean
  /** WITH parts in sight. */
  #parts: (readonly [string, readonly Type[]])[] = []

  /** `fails`: among what they compute is much that is an error for some values and not for others. */
  constructor(seed: number, major: number, kind: 'total' | 'fails' = 'total') {
    this.#random = randomFrom(seed)
    this.#major = major
    this.#fails = kind === 'fails'
  }

  /** A number below. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  select(): string {
    return this.#begin([]).sql
  }

  /** Keeps what a SELECT gives, and sends it back. */
  insert(): string {
    return `INSERT INTO sink (n, m) ${this.#begin(['int', 'text']).sql} RETURNING n, m`
  }

  #begin(types: readonly Type[]): Output {
    this.#names = 0
    this.#parts = []
    this.#isQuiet = this.#chance(this.#fails ? 0.9 : 0.5)
    return this.#query(3, [], types.length > 0 ? types : undefined)
  }

  #chance(share: number): boolean {
    return this.#random() < share
  }

  /** Whether something is added that chooses, orders or groups rows. */
  #chooses(share: number): boolean {
    return this.#chance(share) && !this.#isQuiet
  }

  #one<Item>(from: readonly Item[]): Item {
    return from[this.below(from.length)] as Item
  }

  #name(): string {
    return `q${this.#names++}`
  }

  /** `types`: what it must give; any otherwise. `outer`: columns of queries around it. */
  #query(depth: number, outer: readonly Column[], types?: readonly Type[]): Output {
    const before = this.#parts
    let parts = ''
    if (depth > 1 && this.#chance(0.25)) parts = this.#with(depth - 1, outer)
    const body = depth > 1 && this.#chance(0.2) ? this.#setOperation(depth - 1, outer, types) : this.#select(depth, outer, types)
    this.#parts = before
    return { sql: `${parts}${body.sql}`, types: body.types }
  }

  #with(depth: number, outer: readonly Column[]): string {
    const name = this.#name()
    if (this.#chooses(0.4)) {
      const start = this.#plainSelect(depth, outer, ['int', 'text'])
      const join = this.#item(depth, outer, false)
      const scope = [...outer, ...join.columns, { sql: 'r.i', type: 'int' as const }, { sql: 'r.s', type: 'text' as const }]
      // A bound on rounds, so that every one of them ends.
      const again = `SELECT r.n + 1, ${this.#value('int', 1, scope)}, ${this.#value('text', 1, scope)} FROM ${name} r, ${join.sql} WHERE r.n < 2 AND ${this.#value('bool', 1, scope)}`
      this.#parts = [...this.#parts, [name, ['int', 'int', 'text']]]
      return `WITH RECURSIVE ${name} (n, i, s) AS (SELECT 1, st.* FROM (${start.sql}) st UNION ${this.#chance(0.5) ? 'ALL ' : ''}${again}), ${name}_ (c0, c1, c2) AS (SELECT * FROM ${name}) `
    }
    const inner = this.#query(depth, outer)
    this.#parts = [...this.#parts, [name, inner.types]]
    return `WITH ${name}_ (${inner.types.map((_, at) => `c${at}`).join(', ')}) AS ${this.#one(['', 'MATERIALIZED ', 'NOT MATERIALIZED '])}(${inner.sql}) `
  }

  #setOperation(depth: number, outer: readonly Column[], types?: readonly Type[]): Output {
    const left = this.#query(depth, outer, types)
    const right = this.#query(depth, outer, left.types)
    const operation = this.#isQuiet ? 'UNION ALL' : this.#one(['UNION ALL', 'UNION', 'INTERSECT', 'EXCEPT', 'EXCEPT ALL', 'UNION ALL'])
    const order = this.#chooses(0.3) ? ' ORDER BY 1' : ''
    return { sql: `(${left.sql}) ${operation} (${right.sql})${order}`, types: left.types }
  }

  #plainSelect(depth: number, outer: readonly Column[], types: readonly Type[]): Output {
    const item = this.#item(depth, outer, false)
    return { sql: `SELECT ${types.map((type) => this.#value(type, 1, [...outer, ...item.columns])).join(', ')} FROM ${item.sql}`, types }
  }

  #select(depth: number, outer: readonly Column[], wanted?: readonly Type[]): Output {
    const types = wanted ?? Array.from({ length: 1 + this.below(3) }, () => this.#one<Type>(['int', 'text', 'int', 'text', 'bool']))
    const { sql: from, items } = this.#from(depth, outer)
    const own = items.flatMap((item) => item.columns)
    const scope = [...own, ...own, ...outer]
    const where = this.#chooses(0.4) ? ` WHERE ${this.#value('bool', depth, scope)}` : ''
    if (this.#chooses(0.25)) return this.#grouped(types, from, where, own)
    const rows = items.map((item) => item.row).filter((row) => row !== null)
    const values = types.map((type, at) => {
      if (type === 'text' && rows.length > 0 && this.#chance(0.15)) return `${this.#rowText(this.#one(rows))} AS c${at}`
      const value = this.#chooses(0.12) ? this.#window(type, scope) : this.#value(type, depth, scope)
      return `${value} AS c${at}`
    })
    if (this.#chooses(0.12)) return { sql: `SELECT DISTINCT ${values.join(', ')} FROM ${from}${where}`, types }
    const order = this.#chooses(0.3) ? [this.#value(this.#one(['int', 'text'] as const), 1, own)] : []
    const on = order.length > 0 && this.#chance(0.2) ? `DISTINCT ON (${order[0]}) ` : ''
    const limit = this.#chooses(0.15) ? ` LIMIT ${this.#chance(0.5) && depth > 1 ? `(SELECT abs(max(q.x)) FROM a q WHERE ${this.#value('bool', 1, [{ sql: 'q.x', type: 'int' }, { sql: 'q.s', type: 'text' }])})` : 2}` : ''
    return { sql: `SELECT ${on}${values.join(', ')} FROM ${from}${where}${order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''}${limit}`, types }
  }

  #grouped(types: readonly Type[], from: string, where: string, own: readonly Column[]): Output {
    const keys = Array.from({ length: 1 + this.below(2) }, () => this.#one(own)).filter((key, at, all) => all.findIndex(({ sql }) => sql === key.sql) === at)
    const values = types.map((type) => {
      const key = keys.find((one) => one.type === type)
      if (key !== undefined && this.#chance(0.4)) return key.sql
      return this.#aggregate(type, own)
    })
    const having = this.#chance(0.3) ? ` HAVING ${this.#aggregate('bool', own)}` : ''
    const by = this.#chance(0.25) ? `ROLLUP (${keys.map(({ sql }) => sql).join(', ')})` : keys.map(({ sql }) => sql).join(', ')
    const order = this.#chance(0.3) ? ` ORDER BY ${this.#aggregate('int', own)}` : ''
    return { sql: `SELECT ${values.map((value, at) => `${value} AS c${at}`).join(', ')} FROM ${from}${where} GROUP BY ${by}${having}${order}`, types }
  }

  #from(depth: number, outer: readonly Column[]): { sql: string; items: Item[] } {
    const items: Item[] = []
    let sql = ''
    const many = 1 + (this.#chance(0.5) ? 1 : 0) + (this.#chance(0.15) ? 1 : 0)
    for (let at = 0; at < many; at++) {
      const item = this.#item(depth, [...outer, ...items.flatMap((one) => one.columns)], at > 0)
      items.push(item)
      if (at === 0) sql = item.sql
      else {
        const join = this.#one(['CROSS JOIN', 'JOIN', 'LEFT JOIN', ','])
        // A comma binds less than JOIN, and what stands to the right of it would not see what stands to the left.
        if (join === 'CROSS JOIN' || join === ',' || this.#isQuiet) sql += ` CROSS JOIN ${item.sql}`
        else sql += ` ${join} ${item.sql} ON ${this.#value('bool', 1, items.flatMap((one) => one.columns))}`
      }
    }
    return { sql, items }
  }

  #item(depth: number, outer: readonly Column[], isLateral: boolean): Item {
    const alias = this.#name()
    if (this.#parts.length > 0 && this.#chance(0.35)) {
      const [name, types] = this.#one(this.#parts)
      return { sql: `${name}_ AS ${alias}`, columns: types.map((type, at) => ({ sql: `${alias}.c${at}`, type })), row: alias }
    }
    const pick = this.#random()
    if (pick < 0.25 && depth > 1) {
      const inner = this.#query(depth - 1, isLateral ? outer : [])
      const columns = inner.types.map((type, at) => ({ sql: `${alias}.c${at}`, type }))
      return { sql: `${isLateral ? 'LATERAL ' : ''}(${inner.sql}) AS ${alias} (${inner.types.map((_, at) => `c${at}`).join(', ')})`, columns, row: alias }
    }
    if (pick < 0.32) {
      const [first, second] = [this.#value('int', 1, isLateral ? outer : []), this.#value('text', isLateral ? 1 : 2, isLateral ? outer : [])]
      return { sql: `${isLateral ? 'LATERAL ' : ''}(VALUES (${first}, ${second}), (2, 'two')) AS ${alias} (n, m)`, columns: [{ sql: `${alias}.n`, type: 'int' }, { sql: `${alias}.m`, type: 'text' }], row: alias }
    }
    if (pick < 0.4 && isLateral && !this.#isQuiet) {
      const [call, type] = this.#one([[`generate_series(1, abs(${this.#value('int', 1, outer)}) % 4)`, 'int'], [`regexp_split_to_table(${this.#value('text', 1, outer)}, '')`, 'text'], [`unnest(ARRAY[${this.#value('text', 1, outer)}, 'k'])`, 'text']] as const)
      return { sql: `LATERAL ${call} WITH ORDINALITY AS ${alias} (f, o)`, columns: [{ sql: `${alias}.f`, type }, { sql: `${alias}.o::int`, type: 'int' }], row: alias }
    }
    if (pick < 0.46 && !this.#isQuiet) {
      const right = `${alias}n`
      const columns: readonly Column[] = [{ sql: `${alias}.x`, type: 'int' }, { sql: `${alias}.t`, type: 'text' }, { sql: `${right}.z`, type: 'int' }, { sql: `${right}.u`, type: 'text' }]
      return { sql: `(a ${alias} NATURAL ${this.#one(['', 'LEFT ', 'FULL '])}JOIN (SELECT id, z, u FROM b) ${right})`, columns, row: right }
    }
    const table = this.#one(Object.keys(TABLES))
    return { sql: `${table} AS ${alias}`, columns: (TABLES[table] ?? []).map(([column, type]) => ({ sql: `${alias}.${column}`, type })), row: alias }
  }

  #rowText(row: string): string {
    return this.#one([`${row}::text`, `row_to_json(${row})::text`, `to_jsonb(${row})::text`, `concat_ws('-', ${row}.*)`, `format('%s', ${row})`, ...(this.#major >= 16 ? [`json_array(${row} RETURNING text)`] : [])])
  }

  #column(type: Type, scope: readonly Column[]): string | null {
    const fitting = scope.filter((column) => column.type === type)
    return fitting.length === 0 ? null : this.#one(fitting).sql
  }

  #value(type: Type, depth: number, scope: readonly Column[]): string {
    const column = this.#column(type, scope)
    // Nothing is a bool by itself, and a condition that is a constant decides nothing.
    if (depth <= 0 || this.#chance(column === null && scope.length > 0 ? 0.1 : 0.45)) return column ?? this.#constant(type)
    if (depth > 1 && this.#chance(this.#isQuiet ? 0.06 : 0.12)) return this.#sublink(type, depth - 1, scope)
    const int = (): string => this.#value('int', depth - 1, scope)
    const text = (): string => this.#value('text', depth - 1, scope)
    const bool = (): string => this.#value('bool', depth - 1, scope)
    if (this.#chance(this.#isQuiet ? 0.03 : 0.15)) return `CASE WHEN ${bool()} THEN ${this.#value(type, depth - 1, scope)} ELSE ${this.#value(type, depth - 1, scope)} END`
    if (this.#chance(0.1)) return `${this.#one(['coalesce', 'greatest', 'nullif'])}(${this.#value(type, depth - 1, scope)}, ${this.#value(type, depth - 1, scope)})`
    if (this.#fails && this.#chance(0.3)) return this.#failing(type, int, text)
    switch (type) {
      case 'int':
        return this.#one([() => `(${int()} % 97 + ${int()} % 89)`, () => `length(${text()})`, () => `(${int()} % 7 * 3)`, () => `ascii(${text()})`, () => `(ARRAY[${int()}, ${int()}])[1]`, () => `strpos(${text()}, ${text()})`, () => `(${bool()})::int`])()
      case 'text':
        return this.#one([() => `(${text()} || ${text()})`, () => `upper(${text()})`, () => `left(${text()}, 1)`, () => `(${int()})::text`, () => `md5(${text()})`, () => `${text()} COLLATE "C"`, () => `substring(${text()} FROM 1 FOR 2)`, () => `jsonb_build_object('k', ${text()}) ->> 'k'`, () => `concat_ws('-', ${text()}, ${int()})`, () => `(ROW(${int()}, ${text()}))::text`, () => `(ARRAY[${text()}])[${int()}]`].map((make) => () => `(${make()})`))()
      case 'bool':
        return this.#one([() => `(${int()} > ${int()})`, () => `(${text()} LIKE ${text()} || '%')`, () => `(${text()} IS NULL)`, () => `(${int()} = ANY (ARRAY[${int()}, 1, 2]))`, () => `(${bool()} AND ${bool()})`, () => `(NOT ${bool()})`, () => `((${int()}, ${text()}) < (${int()}, ${text()}))`, () => `(${text()} IS DISTINCT FROM ${text()})`, () => `(${int()} BETWEEN 0 AND 2)`])()
    }
  }

  /** Mostly such that it is a changed value (GENERATOR_TABLES) by which it fails. */
  #failing(type: Type, int: () => string, text: () => string): string {
    switch (type) {
      case 'int':
        return this.#one([() => `(10 / (${int()} - ${this.#one([77, 9, 3])}))`, () => `(10 / (${int()} + 5))`, () => `(2147483640 + ${int()})`, () => `(10 / (ascii(${text()}) - 122))`, () => `(7 % length(${text()}))`, () => `(ARRAY[[1], [${int()}]] || ARRAY[[${int()}]])[1][1] / 1`])()
      case 'text':
        return this.#one([() => `substring(${text()} FROM 1 FOR ${int()})`, () => `chr(${int()} + 4)`, () => `split_part(${text()}, 'a', ${int()} + 5)`, () => `((translate(${text()}, 'z', '"') || '1')::json)::text`, () => `(${text()})::varchar(3)::name::text`])()
      case 'bool':
        return this.#one([() => `(${text()} LIKE 'z\\')`, () => `('z1' LIKE ${text()} || '\\')`, () => `(${text()} ~ translate(${text()}, 'z', '('))`, () => `(coalesce(nullif(${int()}, -5), 1 / (${int()} - 77)) > 0)`, () => `(${text()} > 'b' AND 1 / (${int()} - ${this.#one([1, 9])}) > -9)`])()
    }
  }

  #sublink(type: Type, depth: number, scope: readonly Column[]): string {
    const inner = (types: readonly Type[]): string => this.#query(depth, scope, types).sql
    if (type === 'bool' && this.#chance(0.5)) return this.#one([() => `EXISTS (${inner(['int'])})`, () => `(${this.#value('int', 1, scope)} IN (${inner(['int'])}))`, () => `(${this.#value('text', 1, scope)} > ALL (${inner(['text'])}))`])()
    if (type === 'text' && this.#chance(0.3)) return `(ARRAY(${inner(['text'])}))::text`
    const alias = this.#name()
    const aggregate = { int: `max(${alias}.c)`, text: `min(${alias}.c)`, bool: `bool_or(${alias}.c)` }[type]
    return `(SELECT ${aggregate} FROM (${inner([type])}) ${alias} (c))`
  }

  #aggregate(type: Type, own: readonly Column[]): string {
    const value = (wanted: Type): string => this.#value(wanted, 1, own)
    const filter = this.#chance(0.2) ? ` FILTER (WHERE ${value('bool')})` : ''
    switch (type) {
      case 'int':
        return this.#one([`count(*)${filter}`, `max(${value('int')})${filter}`, `count(DISTINCT ${value('text')})${filter}`, `sum(${value('int')} % 10)${filter}`].map((sql) => `(${sql})::int`))
      case 'text':
        return this.#one([`string_agg(${value('text')}, '/' ORDER BY ${value('int')})${filter}`, `min(${value('text')})${filter}`, `array_agg(${value('int')} ORDER BY ${value('text')})${filter}`, `mode() WITHIN GROUP (ORDER BY ${value('text')})`, `jsonb_agg(${value('text')})${filter}`].map((sql) => `(${sql})::text`))
      case 'bool':
        return this.#one([`bool_or(${value('bool')})${filter}`, `(count(*)${filter} > 1)`, `(max(${value('int')}) > 1)`])
    }
  }

  #window(type: Type, scope: readonly Column[]): string {
    const value = (wanted: Type): string => this.#value(wanted, 1, scope)
    const partition = this.#chance(0.4) ? `PARTITION BY ${value('int')} ` : ''
    const over = `OVER (${partition}ORDER BY ${value('text')}, ${value('int')})`
    switch (type) {
      case 'int':
        return this.#one([`row_number() ${over}`, `rank() ${over}`, `sum(${value('int')} % 10) ${over}`, `count(*) FILTER (WHERE ${value('bool')}) ${over}`].map((sql) => `(${sql})::int`))
      case 'text':
        return this.#one([`lag(${value('text')}) ${over}`, `first_value(${value('text')}) ${over}`, `max(${value('text')}) OVER ()`])
      case 'bool':
        return `(ntile(2) ${over} = 1)`
    }
  }

  #constant(type: Type): string {
    return { int: String(this.below(4)), text: this.#one(["'a'", "'b1'", "''"]), bool: this.#one(['true', 'false']) }[type]
  }
}

/** mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
