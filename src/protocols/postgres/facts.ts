import type { Facts, FactValue, Resource } from '../../gateway/command.ts'
import { relationsCascadedTo } from './cascade.ts'
import type { Catalog, CatalogRelation } from './catalog.ts'
import { CLASS_EFFECTS, type FunctionClass, ORDINARY_CLASSES } from './functions.ts'
import {
  displayName, isSystem, lookupPath, type Names, type NameState, operatorReason, type Placed, placeAttributeCall, type PlacedFunction, placeFunction, placeRelation, placeType,
} from './placement.ts'
import type { Depth, RawRelation, RawStatement } from './raw.ts'

/** What a session is like when a statement is judged. */
export interface FactsState extends NameState {
  /** The statement behind a prepared name (SQL PREPARE or protocol Parse); null when there is none. */
  prepared(name: string): RawStatement | null
  /** The statement behind a cursor (DECLARE) or portal; null when there is none. */
  cursor(name: string): RawStatement | null
}

export interface ResolvedFacts {
  /** Every statement, each followed by those inside it. Never empty. */
  readonly readings: readonly Facts[]
  /** Oids of all relations the statements may touch, for masks. */
  readonly touchesMaskable: { readonly relations: readonly number[] }
}

const WRITES: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'truncate', 'merge', 'lock', 'ddl'])
const EFFECTS: readonly Facts['effect'][] = ['read', 'write', 'destroy', 'admin', 'unknown']
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'])
// EXECUTE of a FETCH of an EXECUTE does not exist; this only stops a caller that hands out circles.
const MAX_REFERENCES = 8

/**
 * Places the names of raw facts in the target's catalogue: the readings a policy judges. Whatever cannot be placed, or
 * does more than its text shows (views, rules, functions, operators and types that are not built in), is a reason in
 * `unknown`. Pure: the same arguments give the same readings.
 */
export function resolveFacts(raw: readonly RawStatement[], catalog: Catalog, state: FactsState): ResolvedFacts {
  if (raw.length === 0) return { readings: [EMPTY], touchesMaskable: { relations: [] } }
  return resolveAll(raw, catalog, state).facts
}

/**
 * The last resolution of each text, by the identity the parser's cache gives it. It holds only while everything a name
 * depends on is the same; what stands behind a prepared name or cursor may change, so such texts are not kept.
 */
const LAST = new WeakMap<readonly RawStatement[], Resolution>()

interface Resolution {
  readonly catalog: Catalog
  readonly names: string
  readonly statements: readonly ResolvedStatement[]
  readonly facts: ResolvedFacts
}

function resolveAll(raw: readonly RawStatement[], catalog: Catalog, state: FactsState): Resolution {
  const names = JSON.stringify([state.searchPath, state.role, state.database, state.temporaryTablesPossible])
  const last = LAST.get(raw)
  if (last !== undefined && last.catalog === catalog && last.names === names) return last
  const session: Session = {
    searchPath: state.searchPath,
    role: state.role,
    database: state.database,
    temporaryTablesPossible: state.temporaryTablesPossible,
    path: lookupPath(catalog, state),
    prepared: (name) => state.prepared(name),
    cursor: (name) => state.cursor(name),
  }
  const statements = raw.flatMap((statement) => resolveStatement(statement, statement.depth, catalog, session, 0))
  const resolution: Resolution = {
    catalog,
    names,
    statements,
    facts: {
      readings: statements.map((one) => one.facts),
      touchesMaskable: { relations: [...new Set(statements.flatMap((one) => one.uses.map((use) => use.relation.oid)))] },
    },
  }
  if (!raw.some(hasReference)) LAST.set(raw, resolution)
  return resolution
}

function hasReference(raw: RawStatement): boolean {
  return raw.reference !== undefined || raw.nested.some(hasReference)
}

/**
 * Whether a result without a traceable origin could carry masked values. Errs towards yes: `maskedTable` when a relation
 * with masked columns is read or written anywhere in the statements (or something unknown might reach one),
 * `maskedColumn` when such a column is named, or covered by `*`, a whole row, or anything unknown.
 * `maskedColumns` holds `schema.table.column`, spelt as Resource names are.
 */
export function touches(
  raw: readonly RawStatement[], catalog: Catalog, state: FactsState, maskedColumns: ReadonlySet<string>,
): { readonly maskedTable: boolean; readonly maskedColumn: boolean } {
  if (maskedColumns.size === 0) return { maskedTable: false, maskedColumn: false }
  let maskedTable = false
  let maskedColumn = false
  for (const { facts, uses } of resolveAll(raw, catalog, state).statements) {
    if (facts.unknown.length > 0) return { maskedTable: true, maskedColumn: true }
    for (const use of uses) {
      const prefix = displayName(use.relation)
      const masked = use.relation.columns.filter((column) => maskedColumns.has(`${prefix}.${column.name}`))
      if (masked.length === 0) continue
      maskedTable = true
      if (masked.some((column) => use.read.has(column.name) || use.written?.has(column.name) === true)) maskedColumn = true
    }
  }
  return { maskedTable, maskedColumn }
}

const EMPTY: Facts = { action: 'empty', effect: 'read', resources: [], unknown: [], attributes: { class: 'session', node: 'none', depth: 'top', nested: false, function_classes: [] } }

interface Session extends Names {
  prepared(name: string): RawStatement | null
  cursor(name: string): RawStatement | null
}

/** One relation a statement uses, with the columns it reads and writes there. */
interface Use {
  readonly relation: CatalogRelation
  readonly raw: RawRelation
  readonly read: Set<string>
  /** Null: it is not written. */
  readonly written: Set<string> | null
}

interface ResolvedStatement {
  readonly facts: Facts
  readonly uses: readonly Use[]
}

function resolveStatement(raw: RawStatement, depth: Depth, catalog: Catalog, session: Session, references: number): ResolvedStatement[] {
  const unknown = new Set(raw.unknown)
  const placed = raw.relations.map((relation) => placeRelation(relation, catalog, session))
  for (const one of placed) for (const reason of one.unknown) unknown.add(reason)
  const uses = usesOf(placed)
  const functions = raw.functions.map((one) => placeFunction(one, catalog, session))
  functions.push(...readColumns(raw, uses, catalog, session, unknown))
  for (const one of functions) if (one.unknown !== null) unknown.add(one.unknown)
  checkTypesAndOperators(raw, uses, catalog, session, unknown)
  const behind = behindReference(raw, catalog, session, references, unknown)
  const everyUse = withRelatives(uses, catalog)
  const cascades = relationsCascadedTo(raw, uses, catalog)
  const facts = factsOf(raw, depth, placed, everyUse, cascades, functions, unknown)
  const nested = raw.nested.flatMap((inner) => resolveStatement(inner, inner.depth, catalog, session, references))
  return [{ facts, uses: everyUse }, ...nested, ...behind]
}

function usesOf(placed: readonly Placed[]): Use[] {
  return placed.flatMap((one) =>
    one.relations.map((relation) => {
      const every = (): Set<string> => new Set(relation.columns.map((column) => column.name))
      const isWrite = WRITES.has(one.raw.access)
      // Definitions and TRUNCATE have no columns of their own; INSERT without a list writes all.
      const written = !isWrite ? null : one.raw.written === null ? every() : new Set(one.raw.written)
      return { relation, raw: one.raw, read: one.raw.star ? every() : new Set<string>(), written }
    }),
  )
}

/** Gives every column reference to the relations it may mean; returns the functions that attribute notation may call. */
function readColumns(raw: RawStatement, uses: readonly Use[], catalog: Catalog, session: Session, unknown: Set<string>): PlacedFunction[] {
  const calls: PlacedFunction[] = []
  const derived = new Set(raw.derived)
  const readAll = (list: readonly Use[]): void => {
    for (const use of list) for (const column of use.relation.columns) use.read.add(column.name)
  }
  const callOf = (name: string, fallback: string | null): void => {
    const call = placeAttributeCall(name, catalog, session)
    if (call !== null) calls.push(call)
    else if (fallback !== null) unknown.add(fallback)
  }
  for (const { qualifier, name } of raw.columns) {
    if (qualifier.length === 0) {
      for (const use of uses) if (use.relation.columnByName.has(name)) use.read.add(name)
      // `SELECT u FROM users u` is the whole row.
      readAll(uses.filter((use) => (use.raw.alias ?? use.raw.name) === name))
      continue
    }
    const meant = usesMeantBy(qualifier, uses, raw)
    if (name === '*') readAll(meant)
    else {
      const having = meant.filter((use) => use.relation.columnByName.has(name))
      for (const use of having) use.read.add(name)
      if (having.length < meant.length && !SYSTEM_COLUMNS.has(name)) {
        // Not a column there, so `u.name` may call a function with the whole row.
        readAll(meant)
        callOf(name, having.length > 0 ? null : `"${[...qualifier, name].join('.')}" is neither a column nor a function in the catalogue`)
      }
    }
    if (meant.length === 0) {
      if (!derived.has(qualifier.at(-1) ?? '')) unknown.add(`"${[...qualifier, name].join('.')}" names no relation of the statement that could be placed`)
      // A subquery's row can be the argument of a user's function too.
      else if (catalog.functionsNamed(name).some((one) => !one.builtin)) callOf(name, null)
    }
  }
  for (const name of raw.fieldSelections) {
    const having = uses.filter((use) => use.relation.columnByName.has(name))
    for (const use of having) use.read.add(name)
    if (having.length === 0) callOf(name, null)
  }
  return calls
}

function usesMeantBy(qualifier: readonly string[], uses: readonly Use[], raw: RawStatement): Use[] {
  const name = qualifier.at(-1)
  const schema = qualifier.at(-2)
  const direct = uses.filter((use) => (schema === undefined ? (use.raw.alias ?? use.raw.name) === name : use.relation.schema === schema && use.raw.name === name))
  if (direct.length > 0) return direct
  // OLD, NEW, EXCLUDED and their aliases stand for the row that is written.
  const isRowName = schema === undefined && (name === 'excluded' || name === 'old' || name === 'new' || (raw.returning && raw.derived.includes(name ?? '')))
  return isRowName ? uses.filter((use) => use.written !== null) : []
}

function checkTypesAndOperators(raw: RawStatement, uses: readonly Use[], catalog: Catalog, session: Session, unknown: Set<string>): void {
  const inSight = new Set(uses.flatMap((use) => use.relation.columns.map((column) => column.type)))
  for (const type of raw.types) {
    const { oid, unknown: reason } = placeType(type, catalog, session)
    if (oid !== null) inSight.add(oid)
    if (reason !== null) unknown.add(reason)
  }
  for (const types of catalog.unaskedCasts) {
    if (types.length === 0 || types.some((oid) => inSight.has(oid))) unknown.add('a cast that is not built in may be applied without being written; whether it is used is not resolved yet')
  }
  for (const operator of raw.operators) {
    const reason = operatorReason(operator, catalog, session, inSight)
    if (reason !== null) unknown.add(reason)
  }
}

/** What EXECUTE, FETCH and MOVE run: the statement behind the name. */
function behindReference(raw: RawStatement, catalog: Catalog, session: Session, references: number, unknown: Set<string>): ResolvedStatement[] {
  const name = raw.reference?.name
  const isExecute = raw.action === 'execute'
  if (!isExecute && raw.action !== 'fetch' && raw.action !== 'move') return []
  const what = isExecute ? 'prepared statement' : 'cursor'
  const found = name === undefined || name === null ? null : isExecute ? session.prepared(name) : session.cursor(name)
  if (found === null || references >= MAX_REFERENCES) {
    unknown.add(`the ${what} "${name ?? ''}" is not known to the gateway`)
    return []
  }
  // Callers may keep the PREPARE or DECLARE itself: its query is what runs.
  const runs = found.action === 'prepare' || found.action === 'declare' ? found.nested : [found]
  return runs.flatMap((inner) => resolveStatement(inner, isExecute ? 'execute' : 'fetch', catalog, session, references + 1))
}

/** Partitions and inheritance children are read and written with their parent; a child's own parents are named too. */
function withRelatives(uses: readonly Use[], catalog: Catalog): Use[] {
  const out = [...uses]
  for (const use of uses) {
    const seen = new Set([use.relation.oid])
    const follow = (oid: number, next: (relation: CatalogRelation) => readonly number[]): void => {
      for (const other of next(catalog.relations.get(oid) ?? use.relation)) {
        const relation = catalog.relations.get(other)
        if (relation === undefined || seen.has(other)) continue
        seen.add(other)
        const shared = (names: Set<string>): Set<string> => new Set([...names].filter((name) => relation.columnByName.has(name)))
        const every = use.raw.star ? relation.columns.map((column) => column.name) : []
        out.push({ relation, raw: use.raw, read: new Set([...shared(use.read), ...every]), written: use.written === null ? null : shared(use.written) })
        follow(other, next)
      }
    }
    if (!use.raw.only) follow(use.relation.oid, (relation) => relation.children)
    follow(use.relation.oid, (relation) => relation.parents)
  }
  return out
}

function factsOf(
  raw: RawStatement, depth: Depth, placed: readonly Placed[], uses: readonly Use[], cascades: readonly CatalogRelation[],
  functions: readonly PlacedFunction[], unknown: ReadonlySet<string>,
): Facts {
  const classes = [...new Set<FunctionClass>(functions.map((one) => one.class))].sort()
  let effect = raw.effect
  for (const one of classes) if (EFFECTS.indexOf(CLASS_EFFECTS[one]) > EFFECTS.indexOf(effect)) effect = CLASS_EFFECTS[one]
  return {
    action: raw.action,
    effect,
    resources: mergeResources([...relationResources(placed, uses, cascades), ...otherResources(raw, functions)]),
    unknown: [...unknown],
    attributes: attributesOf(raw, depth, uses, cascades, classes),
  }
}

function relationResources(placed: readonly Placed[], uses: readonly Use[], cascades: readonly CatalogRelation[]): Resource[] {
  const out: Resource[] = []
  for (const { relation, read, written } of uses) {
    const name = displayName(relation)
    if (written !== null) out.push({ kind: 'relation', name, access: 'write', columns: [...written] })
    if (written === null || read.size > 0) out.push({ kind: 'relation', name, access: 'read', columns: [...read] })
  }
  // What could not be placed is still named, as written, so that a deny rule on the name can see it.
  for (const one of placed) {
    if (one.relations.length === 0) out.push({ kind: 'relation', name: one.name, access: WRITES.has(one.raw.access) ? 'write' : 'read' })
  }
  for (const relation of cascades) out.push({ kind: 'relation', name: displayName(relation), access: 'write' })
  return out
}

function otherResources(raw: RawStatement, functions: readonly PlacedFunction[]): Resource[] {
  const out: Resource[] = []
  for (const one of functions) if (!ORDINARY_CLASSES.has(one.class)) out.push({ kind: 'function', name: one.name, access: CLASS_EFFECTS[one.class] === 'read' ? 'read' : 'write' })
  for (const setting of raw.settings) out.push({ kind: 'setting', name: setting.name.toLowerCase(), access: setting.op === 'show' ? 'read' : 'write' })
  for (const role of raw.roles) out.push({ kind: 'role', name: role, access: 'write' })
  if (raw.channel !== null) out.push({ kind: 'channel', name: raw.channel, access: raw.action === 'notify' ? 'write' : 'read' })
  if (raw.language !== null) out.push({ kind: 'language', name: raw.language, access: 'write' })
  if (raw.copy !== undefined && raw.copy.path !== null) out.push({ kind: 'file', name: raw.copy.path, access: raw.copy.direction === 'in' ? 'read' : 'write' })
  if (raw.action === 'load') for (const name of raw.object.names) out.push({ kind: 'file', name, access: 'read' })
  return out
}

/** One entry per kind, name and access, columns joined and sorted. */
function mergeResources(resources: readonly Resource[]): Resource[] {
  const merged = new Map<string, Resource>()
  for (const one of resources) {
    const key = JSON.stringify([one.kind, one.name, one.access])
    const before = merged.get(key)
    const columns = [...new Set([...(before?.columns ?? []), ...(one.columns ?? [])])].sort()
    merged.set(key, columns.length > 0 ? { ...one, columns } : { kind: one.kind, name: one.name, access: one.access })
  }
  return [...merged.values()]
}

function attributesOf(raw: RawStatement, depth: Depth, uses: readonly Use[], cascades: readonly CatalogRelation[], classes: readonly string[]): Record<string, FactValue> {
  const out: Record<string, FactValue> = {
    class: raw.class,
    node: raw.node,
    depth,
    nested: depth !== 'top',
    executes: raw.executes,
    function_classes: classes,
    star: raw.star,
    returning: raw.returning,
    locking: raw.locking.length > 0,
  }
  if (['select', 'update', 'delete', 'merge', 'insert', 'copy_in', 'truncate'].includes(raw.action)) {
    out['has_where'] = raw.hasWhere
    out['where_constant_true'] = raw.whereConstantTrue
    out['has_limit'] = raw.hasLimit
  }
  if (raw.action === 'update' || raw.action === 'delete' || raw.action === 'merge') out['bounded'] = raw.hasWhere && !raw.whereConstantTrue
  // An INSERT or COPY adds what it brings along; there is nothing it could leave unbounded.
  if (raw.action === 'insert' || raw.action === 'copy_in') out['bounded'] = true
  if (raw.action === 'truncate') out['bounded'] = false
  const setting = raw.settings[0]
  if (setting !== undefined) {
    out['setting'] = setting.name.toLowerCase()
    out['setting_value'] = setting.value
    out['setting_op'] = setting.op
  }
  if (raw.copy !== undefined) {
    out['copy_direction'] = raw.copy.direction
    out['copy_channel'] = raw.copy.channel
    out['copy_format'] = raw.copy.format
  }
  if (raw.action === 'explain') out['explain_analyze'] = raw.explainAnalyze
  if (raw.onConflict !== 'none') out['on_conflict'] = raw.onConflict
  if (raw.transaction !== undefined) out['transaction'] = raw.transaction.op
  if (raw.lockMode !== null) out['lock_mode'] = raw.lockMode
  if (raw.object.type !== '') out['object_type'] = raw.object.type
  if (raw.object.names.length > 0) out['objects'] = raw.object.names
  if (raw.object.cascade) out['cascade'] = true
  if (raw.reference !== undefined) out['reference'] = raw.reference.name
  if (uses.length > 0) out['relation_kinds'] = [...new Set(uses.map((use) => (isSystem(use.relation) ? 'catalog' : (RELATION_KINDS[use.relation.kind] ?? 'other'))))].sort()
  if (uses.some((use) => use.written !== null && use.relation.hasTriggers)) out['user_triggers'] = true
  if (uses.some((use) => use.relation.rowSecurity)) out['row_security'] = true
  if (cascades.length > 0) out['cascades_to'] = cascades.map(displayName).sort()
  return out
}

const RELATION_KINDS: Readonly<Record<string, string>> = {
  r: 'table', p: 'table', v: 'view', m: 'materialized_view', f: 'foreign_table', S: 'sequence', c: 'type', i: 'index', I: 'index',
}
