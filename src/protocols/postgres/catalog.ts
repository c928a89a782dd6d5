import { GatewayError } from '../../errors.ts'
import { builtinClass, extensionClass, type FunctionClass, type Volatility, worstClass } from './functions.ts'

export { CATALOG_QUERIES } from './catalog-queries.ts'

/** First object id of a user: everything below came with initdb. */
export const FIRST_USER_OID = 16_384

export interface CatalogColumn {
  readonly number: number
  readonly name: string
  readonly type: number
  readonly notNull: boolean
  /** pg_attribute.attgenerated: s stored, v virtual; empty for others. */
  readonly generated: string
  /** For generated columns: numbers of the columns of its row that it is computed from; 0 is the whole row. */
  readonly derivedFrom: readonly number[]
  /** Functions (oids) that its default or generation expression calls; empty for what is a plain constant. */
  readonly calls: readonly number[]
  readonly hasDefault: boolean
  readonly identity: boolean
}

/** `columns`: attnums; null: any of them. */
export interface CatalogSource {
  readonly relation: number
  readonly columns: readonly number[] | null
}

/** A trigger that somebody defined; those of foreign keys are not among them. */
export interface CatalogTrigger {
  readonly name: string
  readonly function: number
  readonly row: boolean
  readonly when: 'before' | 'after' | 'instead'
  readonly events: readonly ('insert' | 'update' | 'delete' | 'truncate')[]
  /** Attnums of UPDATE OF; empty: any. */
  readonly columns: readonly number[]
  /** pg_trigger.tgenabled: O origin, A always, R replica only, D disabled. */
  readonly enabled: string
  /** Functions its WHEN calls. */
  readonly calls: readonly number[]
}

export interface CatalogRule {
  readonly name: string
  readonly event: 'select' | 'update' | 'insert' | 'delete'
  readonly instead: boolean
}

export interface CatalogPolicy {
  readonly name: string
  /** Functions its conditions call. */
  readonly calls: readonly number[]
}

export interface CatalogRelation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** pg_class.relkind: r table, p partitioned, v view, m materialised view, f foreign table, S sequence, i and I index, c composite type. */
  readonly kind: string
  readonly builtin: boolean
  readonly hasRules: boolean
  readonly hasTriggers: boolean
  readonly rowSecurity: boolean
  /** Its row security calls functions or operators, or reads views, that did not come with the server. */
  readonly hasOpaquePolicies: boolean
  readonly parents: readonly number[]
  readonly children: readonly number[]
  /** In order of attnum, dropped ones left out. */
  readonly columns: readonly CatalogColumn[]
  readonly columnByName: ReadonlyMap<string, CatalogColumn>
  readonly columnByNumber: ReadonlyMap<number, CatalogColumn>
  // ---- of those that did not come with the server; empty, 0 or false for the others
  /** Role oid; see Catalog.roles. */
  readonly owner: number
  /** pg_class.relpersistence: p permanent, u unlogged. */
  readonly persistence: string
  /** Rows by the target's own last count; -1: it never counted. */
  readonly estimatedRows: number
  readonly isPartition: boolean
  readonly forcesRowSecurity: boolean
  /** Of a view: what it reads is read with the rights of who asks, not of its owner. */
  readonly securityInvoker: boolean
  readonly securityBarrier: boolean
  /** Server of a foreign table. */
  readonly server: string | null
  readonly triggers: readonly CatalogTrigger[]
  readonly rules: readonly CatalogRule[]
  readonly policies: readonly CatalogPolicy[]
  /** Functions that every new or changed row runs through: checks, expression indexes, partition keys, generated columns. */
  readonly rowCalls: readonly number[]
  /** Of a view or materialised view: what its definition reads. */
  readonly sources: readonly CatalogSource[]
  /** Functions its definition calls; of a view only those that did not come with the server. */
  readonly definitionCalls: readonly number[]
  /** Of a sequence: the column it belongs to. */
  readonly ownedBy: { readonly relation: number; readonly column: number } | null
}

export interface CatalogFunction {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly arguments: number
  readonly kind: string
  readonly language: string
  readonly securityDefiner: boolean
  readonly builtin: boolean
  readonly class: FunctionClass
  readonly volatility: Volatility
  // ---- of those that did not come with the server; empty, 0, null or false for the others
  /** Another text whenever it was defined anew. */
  readonly version: string
  /** Role oid; see Catalog.roles. */
  readonly owner: number
  /** As an error message shows them: `integer, text`. */
  readonly argumentList: string
  /** Input arguments only. */
  readonly argumentTypes: readonly number[]
  readonly returns: number
  readonly returnsSet: boolean
  readonly isStrict: boolean
  /** `name=value` each. */
  readonly config: readonly string[]
  readonly extension: string | null
  /** Functions that it stands for or that the planner asks: steps of an aggregate, a support function. */
  readonly calls: readonly number[]
  /** Its body, where it is written in SQL and not too long. */
  readonly sql: SqlBody | null
}

/** One of `source` and `tree` is there: a text of statements, or the stored query trees of BEGIN ATOMIC (RETURN is one of these too). */
export interface SqlBody {
  readonly source: string | null
  readonly tree: string | null
  /** Of all arguments, OUT and TABLE ones included; empty where none has a name. */
  readonly argumentNames: readonly string[]
  /** i in, o out, b both, v variadic, t table; empty: all are i. */
  readonly argumentModes: readonly string[]
  /** Of all arguments; empty: argumentTypes are all there are. */
  readonly allArgumentTypes: readonly number[]
}

/** Left and right are type oids; 0 for none. */
export interface CatalogOperator {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly left: number
  readonly right: number
  /** What it runs. */
  readonly function: number
  readonly builtin: boolean
}

export interface CatalogType {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly builtin: boolean
  /** pg_type.typtype: b base, c composite, d domain, e enum, p pseudo, r range, m multirange. */
  readonly kind: string
  readonly element: number
  // ---- of those that did not come with the server; empty or 0 for the others
  /** Of a domain. */
  readonly base: number
  /** Of a composite type: its relation, which for a table's row type is the table. */
  readonly relation: number
  /** Of a range or multirange. */
  readonly rangeOf: number
  /** Functions that its values run through: input, output, modifiers, canonical form of a range, checks of a domain. */
  readonly calls: readonly number[]
}

export interface CatalogCast {
  readonly source: number
  readonly target: number
  readonly function: number
}

/** Runs at DDL. */
export interface CatalogEventTrigger {
  readonly name: string
  readonly event: string
  readonly function: number
}

export interface CatalogForeignKey {
  readonly child: number
  readonly parent: number
  /** a no action, r restrict, c cascade, n set null, d set default. */
  readonly onDelete: string
  readonly onUpdate: string
  readonly parentColumns: readonly number[]
}

export interface Catalog {
  readonly relations: ReadonlyMap<number, CatalogRelation>
  relation(schema: string, name: string): CatalogRelation | undefined
  /** All of that name, in any schema. */
  relationsNamed(name: string): readonly CatalogRelation[]
  readonly functions: ReadonlyMap<number, CatalogFunction>
  functionsNamed(name: string): readonly CatalogFunction[]
  readonly operators: ReadonlyMap<number, CatalogOperator>
  /** Operators that did not come with the server. */
  userOperatorsNamed(name: string): readonly CatalogOperator[]
  typesNamed(name: string): readonly CatalogType[]
  readonly types: ReadonlyMap<number, CatalogType>
  /** Types (by oid) that something is cast to by a function that did not come with the server and could be anything. */
  readonly castByUser: ReadonlySet<number>
  /** Those of them that are applied without being written: for each, the types in it that did not come with the server. */
  readonly unaskedCasts: readonly (readonly number[])[]
  /** Casts by a function that did not come with the server. */
  readonly userCasts: readonly CatalogCast[]
  readonly eventTriggers: readonly CatalogEventTrigger[]
  /** Names of roles by oid. */
  readonly roles: ReadonlyMap<number, string>
  /** By the referenced relation. */
  readonly foreignKeys: ReadonlyMap<number, readonly CatalogForeignKey[]>
  readonly schemas: ReadonlySet<string>
  readonly settings: ReadonlyMap<string, string>
}

/** One result row as the simple protocol gives it: text by column name, null for NULL. */
export type CatalogRow = Readonly<Record<string, string | null>>

/**
 * The catalogue from the rows of every query of CATALOG_QUERIES but `generation`, by query name. Throws GatewayError
 * `target_failed` when a query's rows are missing or malformed: half a catalogue would place names wrongly.
 */
export function buildCatalog(rows: ReadonlyMap<string, readonly CatalogRow[]>): Catalog {
  const read = <T>(query: string, take: (row: Reader) => T): T[] => {
    const list = rows.get(query)
    if (list === undefined) throw new GatewayError('target_failed', `the target's catalogue was read without its ${query}`)
    return list.map((row) => take(readerOf(query, row)))
  }
  const parents = new Map<number, number[]>()
  const children = new Map<number, number[]>()
  for (const { child, parent } of read('inheritance', (row) => ({ child: row.number('child'), parent: row.number('parent') }))) {
    push(parents, child, parent)
    push(children, parent, child)
  }
  const details = readDetails(read)
  const columns = new Map<number, CatalogColumn[]>()
  for (const { relation, column } of read('columns', (row) => {
    const relation = row.number('relation')
    const number = row.number('number')
    return { relation, column: { number, name: row.text('name'), type: row.number('type'), ...(details.columns.get(relation)?.get(number) ?? PLAIN_COLUMN) } }
  })) push(columns, relation, column)

  const policies = new Set(read('policies', (row) => row.number('relation')))
  const relations = read('relations', (row): CatalogRelation => {
    const oid = row.number('oid')
    const own = columns.get(oid) ?? []
    return {
      oid,
      schema: row.text('schema'),
      name: row.text('name'),
      kind: row.text('kind'),
      builtin: oid < FIRST_USER_OID,
      hasRules: row.flag('has_rules'),
      hasTriggers: row.flag('has_triggers'),
      rowSecurity: row.flag('row_security'),
      hasOpaquePolicies: row.flag('row_security') && policies.has(oid),
      parents: parents.get(oid) ?? [],
      children: children.get(oid) ?? [],
      columns: own,
      columnByName: new Map(own.map((column) => [column.name, column])),
      columnByNumber: new Map(own.map((column) => [column.number, column])),
      ...(details.relations.get(oid) ?? PLAIN_RELATION),
      triggers: details.triggers.get(oid) ?? [],
      rules: details.rules.get(oid) ?? [],
      policies: details.policies.get(oid) ?? [],
      rowCalls: [...new Set([...(details.rowCalls.get(oid) ?? []), ...own.flatMap((column) => (column.generated === '' ? [] : column.calls))])],
      sources: details.sources.get(oid) ?? [],
      definitionCalls: details.definitionCalls.get(oid) ?? [],
      ownedBy: details.ownedBy.get(oid) ?? null,
    }
  })
  const functions = read('functions', (row): CatalogFunction => {
    const oid = row.number('oid')
    const name = row.text('name')
    const builtin = oid < FIRST_USER_OID
    const { isConstructor, ...about } = details.functions.get(oid) ?? PLAIN_FUNCTION
    return {
      oid, name, builtin,
      schema: row.text('schema'),
      arguments: row.number('arguments'),
      kind: row.text('kind'),
      language: row.text('language'),
      securityDefiner: row.flag('security_definer'),
      class: builtin ? builtinClass(name, row.text('volatility') as Volatility, row.number('arguments')) : ownClass(name, row, isConstructor, about.extension),
      volatility: row.text('volatility') as Volatility,
      ...about,
    }
  })
  const operators = read('operators', (row): CatalogOperator => ({
    oid: row.number('oid'), schema: row.text('schema'), name: row.text('name'), left: row.number('left_type'), right: row.number('right_type'),
    function: row.number('function'), builtin: row.number('oid') < FIRST_USER_OID,
  }))
  const types = read('types', (row): CatalogType => {
    const oid = row.number('oid')
    return { oid, schema: row.text('schema'), name: row.text('name'), builtin: oid < FIRST_USER_OID, kind: row.text('kind'), element: row.number('element'), ...(details.types.get(oid) ?? PLAIN_TYPE) }
  })
  const foreignKeys = new Map<number, CatalogForeignKey[]>()
  for (const key of read('foreign_keys', (row): CatalogForeignKey => ({
    child: row.number('child'),
    parent: row.number('parent'),
    onDelete: row.text('on_delete'),
    onUpdate: row.text('on_update'),
    parentColumns: row.text('parent_columns').split(',').map(Number),
  }))) push(foreignKeys, key.parent, key)

  const casts = read('casts', (row) => ({ source: row.number('source'), target: row.number('target'), unasked: row.flag('unasked'), function: row.number('function') }))
  const classes = new Map(functions.map((one) => [one.oid, one.class]))
  // Casts of plain extensions (citext) reach nothing beyond the value.
  const opaqueCasts = casts.filter((cast) => (classes.get(cast.function) ?? 'opaque') === 'opaque')
  const byName = groupByName(relations)
  const functionNames = groupByName(functions)
  const operatorNames = groupByName(operators.filter((operator) => !operator.builtin))
  const typeNames = groupByName(types)
  return {
    relations: new Map(relations.map((relation) => [relation.oid, relation])),
    relation: (schema, name) => byName.get(name)?.find((relation) => relation.schema === schema),
    relationsNamed: (name) => byName.get(name) ?? [],
    functions: new Map(functions.map((one) => [one.oid, one])),
    functionsNamed: (name) => functionNames.get(name) ?? [],
    operators: new Map(operators.map((operator) => [operator.oid, operator])),
    userOperatorsNamed: (name) => operatorNames.get(name) ?? [],
    typesNamed: (name) => typeNames.get(name) ?? [],
    types: new Map(types.map((type) => [type.oid, type])),
    castByUser: new Set(opaqueCasts.map((cast) => cast.target)),
    unaskedCasts: opaqueCasts.filter((cast) => cast.unasked).map(({ source, target }) => [source, target].filter((oid) => oid >= FIRST_USER_OID)),
    userCasts: casts.map(({ source, target, function: run }) => ({ source, target, function: run })),
    eventTriggers: details.eventTriggers,
    roles: details.roles,
    foreignKeys,
    schemas: new Set(read('schemas', (row) => row.text('name'))),
    settings: new Map(read('settings', (row) => [row.text('name'), row.text('value')] as const)),
  }
}

// ---- what hangs on objects that did not come with the server

type RelationDetails = Pick<CatalogRelation, 'owner' | 'persistence' | 'estimatedRows' | 'isPartition' | 'forcesRowSecurity' | 'securityInvoker' | 'securityBarrier' | 'server'>
type ColumnDetails = Omit<CatalogColumn, 'number' | 'name' | 'type'>
type FunctionDetails = { readonly isConstructor: boolean } & Pick<CatalogFunction, 'version' | 'owner' | 'argumentList' | 'argumentTypes' | 'returns' | 'returnsSet' | 'isStrict' | 'config' | 'extension' | 'calls' | 'sql'>
type TypeDetails = Pick<CatalogType, 'base' | 'relation' | 'rangeOf' | 'calls'>

const PLAIN_RELATION: RelationDetails = {
  owner: 0, persistence: 'p', estimatedRows: -1, isPartition: false, forcesRowSecurity: false, securityInvoker: false, securityBarrier: false, server: null,
}
const PLAIN_COLUMN: ColumnDetails = { notNull: false, generated: '', derivedFrom: [], calls: [], hasDefault: false, identity: false }
const PLAIN_FUNCTION: FunctionDetails = {
  isConstructor: false, version: '', owner: 0, argumentList: '', argumentTypes: [], returns: 0, returnsSet: false, isStrict: false, config: [], extension: null, calls: [], sql: null,
}
const PLAIN_TYPE: TypeDetails = { base: 0, relation: 0, rangeOf: 0, calls: [] }

type ReadAll = <T>(query: string, take: (row: Reader) => T) => T[]

function readDetails(read: ReadAll) {
  const grouped = <T>(query: string, take: (row: Reader) => T): Map<number, T[]> => {
    const out = new Map<number, T[]>()
    for (const [relation, one] of read(query, (row) => [row.number('relation'), take(row)] as const)) push(out, relation, one)
    return out
  }
  const columns = new Map<number, Map<number, ColumnDetails>>()
  for (const [relation, number, details] of read('column_details', (row): [number, number, ColumnDetails] => {
    const generated = row.text('generated')
    return [row.number('relation'), row.number('number'), {
      notNull: row.flag('not_null'), generated, derivedFrom: generated === '' ? [] : row.numbers('reads'), calls: row.numbers('calls'), hasDefault: row.flag('has_default'), identity: row.text('identity') !== '',
    }]
  })) {
    const ofRelation = columns.get(relation)
    if (ofRelation === undefined) columns.set(relation, new Map([[number, details]]))
    else ofRelation.set(number, details)
  }
  const bodies = new Map(read('sql_functions', (row) => [row.number('oid'), readBody(row)] as const))
  const aggregates = new Map(read('aggregates', (row) => [row.number('function'), row.numbers('calls')] as const))
  return {
    columns,
    relations: new Map(read('relation_details', (row): [number, RelationDetails] => {
      const options = row.maybe('options') ?? ''
      return [row.number('oid'), {
        owner: row.number('owner'), persistence: row.text('persistence'), estimatedRows: row.number('estimated_rows'), isPartition: row.flag('is_partition'),
        forcesRowSecurity: row.flag('forces_row_security'), securityInvoker: isOn(options, 'security_invoker'), securityBarrier: isOn(options, 'security_barrier'), server: row.maybe('server'),
      }]
    })),
    triggers: grouped('triggers', readTrigger),
    rules: grouped('rules', (row): CatalogRule => ({ name: row.text('name'), event: RULE_EVENTS[row.text('event')] ?? 'select', instead: row.flag('is_instead') })),
    policies: grouped('policy_calls', (row): CatalogPolicy => ({ name: row.text('name'), calls: row.numbers('calls') })),
    rowCalls: new Map(read('row_calls', (row) => [row.number('relation'), row.numbers('calls')] as const)),
    definitionCalls: new Map(read('view_calls', (row) => [row.number('relation'), row.numbers('calls')] as const)),
    sources: grouped('view_sources', (row): CatalogSource => ({ relation: row.number('source'), columns: row.flag('has_rows') ? null : row.numbers('columns') })),
    ownedBy: new Map(read('sequences', (row) => [row.number('sequence'), { relation: row.number('relation'), column: row.number('number') }] as const)),
    functions: new Map(read('function_details', (row): [number, FunctionDetails] => {
      const oid = row.number('oid')
      return [oid, {
        version: row.text('version'), owner: row.number('owner'), argumentList: row.text('argument_names'), isConstructor: CONSTRUCTORS.has(row.maybe('internal_name') ?? ''), argumentTypes: row.numberList('argument_types'), returns: row.number('returns'),
        returnsSet: row.flag('returns_set'), isStrict: row.flag('is_strict'), config: row.maybe('config')?.split('\n').filter((line) => line !== '') ?? [],
        extension: row.maybe('extension'), calls: [...new Set([...row.numbers('support'), ...(aggregates.get(oid) ?? [])])], sql: bodies.get(oid) ?? null,
      }]
    })),
    types: new Map(read('type_details', (row): [number, TypeDetails] => [row.number('oid'), {
      base: row.number('base'), relation: row.number('relation'), rangeOf: Number(row.maybe('range_of') ?? 0),
      calls: [...new Set([...row.numbers('calls'), ...row.numbers('checks'), ...row.numbers('range_calls')])],
    }])),
    eventTriggers: read('event_triggers', (row): CatalogEventTrigger => ({ name: row.text('name'), event: row.text('event'), function: row.number('function') })),
    roles: new Map(read('roles', (row) => [row.number('oid'), row.text('name')] as const)),
  }
}

function ownClass(name: string, row: Reader, isConstructor: boolean, extension: string | null): FunctionClass {
  if (isConstructor) return 'pure'
  return extension !== null && ['c', 'internal'].includes(row.text('language')) ? extensionClass(name, extension, row.text('volatility') as Volatility) : 'opaque'
}

/** What CREATE TYPE .. AS RANGE makes by itself. */
const CONSTRUCTORS: ReadonlySet<string> = new Set(['range_constructor2', 'range_constructor3', 'multirange_constructor0', 'multirange_constructor1', 'multirange_constructor2'])

/** pg_rewrite.ev_type is a CmdType. */
const RULE_EVENTS: Readonly<Record<string, CatalogRule['event']>> = { '1': 'select', '2': 'update', '3': 'insert', '4': 'delete' }

/** Bits of pg_trigger.tgtype. Source: src/include/catalog/pg_trigger.h. */
function readTrigger(row: Reader): CatalogTrigger {
  const type = row.number('type')
  const events = ([['insert', 4], ['delete', 8], ['update', 16], ['truncate', 32]] as const).flatMap(([event, bit]) => ((type & bit) === 0 ? [] : [event]))
  return {
    name: row.text('name'), function: row.number('function'), row: (type & 1) !== 0, when: (type & 64) !== 0 ? 'instead' : (type & 2) !== 0 ? 'before' : 'after',
    events, columns: row.numbers('columns'), enabled: row.text('enabled'), calls: row.numbers('calls'),
  }
}

function readBody(row: Reader): SqlBody | null {
  const source = row.maybe('source')
  const tree = row.maybe('body')
  if (source === null && tree === null) return null
  return {
    source: tree === null ? source : null, tree, argumentNames: row.maybe('argument_names')?.split('\u001f') ?? [],
    argumentModes: row.maybe('argument_modes')?.split(',') ?? [], allArgumentTypes: row.numberList('all_argument_types'),
  }
}

/** Of pg_class.reloptions, joined by blanks. */
function isOn(options: string, name: string): boolean {
  return new RegExp(`(^| )${name}=(true|on|yes|1)( |$)`, 'i').test(options)
}

/** The worst class of several overloads. */
export function classOf(functions: readonly CatalogFunction[]): FunctionClass {
  return worstClass(functions.map((one) => one.class))
}

interface Reader {
  text(column: string): string
  /** Null for NULL. */
  maybe(column: string): string | null
  /** A list of numbers joined by commas or blanks; empty for NULL. */
  numbers(column: string): number[]
  /** The same in its order, with zeros and repetitions. */
  numberList(column: string): number[]
  number(column: string): number
  flag(column: string): boolean
}

function readerOf(query: string, row: CatalogRow): Reader {
  const text = (column: string): string => {
    const value = row[column]
    if (typeof value !== 'string') throw new GatewayError('target_failed', `the target's catalogue query ${query} came back without its column ${column}`)
    return value
  }
  const maybe = (column: string): string | null => row[column] ?? null
  const numberList = (column: string): number[] => {
    const list = maybe(column)?.split(/[, ]+/).filter((word) => word !== '').map(Number) ?? []
    if (!list.every(Number.isInteger)) throw new GatewayError('target_failed', `the target's catalogue query ${query} has no numbers in its column ${column}`)
    return list
  }
  return {
    text,
    maybe,
    numberList,
    numbers: (column) => [...new Set(numberList(column))].filter((one) => one !== 0 || column === 'reads'),
    number(column) {
      const value = Number(text(column))
      if (!Number.isInteger(value)) throw new GatewayError('target_failed', `the target's catalogue query ${query} has no number in its column ${column}`)
      return value
    },
    flag: (column) => text(column) === 't',
  }
}

function groupByName<T extends { readonly name: string }>(items: readonly T[]): Map<string, T[]> {
  const out = new Map<string, T[]>()
  for (const item of items) push(out, item.name, item)
  return out
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
