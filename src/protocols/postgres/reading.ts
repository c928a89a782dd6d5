import type { Facts, FactValue, Resource } from '../../gateway/command.ts'
import type { CatalogRelation, Catalog } from './catalog.ts'
import { CLASS_EFFECTS, type FunctionClass, ORDINARY_CLASSES } from './functions.ts'
import { displayName, isSystem, type Placed, type PlacedFunction } from './placement.ts'
import type { Depth, RawRelation, RawStatement } from './raw.ts'

// One reading from its parts, wherever these come from: the text and the catalogue (facts.ts) or the target's own trees (resolved-facts.ts).

/** One relation a statement uses, with the columns it reads and writes there. */
export interface Use {
  readonly relation: CatalogRelation
  readonly raw: Pick<RawRelation, 'access' | 'only' | 'star' | 'name' | 'alias'>
  readonly read: Set<string>
  /** Null: it is not written. */
  readonly written: Set<string> | null
}

export interface ResolvedStatement {
  readonly facts: Facts
  readonly uses: readonly Use[]
}

export const WRITES: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'truncate', 'merge', 'lock', 'ddl'])
const EFFECTS: readonly Facts['effect'][] = ['read', 'write', 'destroy', 'admin', 'unknown']

/** Code that runs because of the table, not of the text: triggers, checks, expression indexes, partition keys, defaults. */
export interface TableCode {
  /** As `schema.name(arguments)`. */
  readonly functions: readonly string[]
  readonly classes: readonly FunctionClass[]
  readonly triggers: boolean
}

export interface ReadingParts {
  readonly raw: RawStatement
  readonly depth: Depth
  readonly placed: readonly Placed[]
  readonly uses: readonly Use[]
  readonly cascades: readonly CatalogRelation[]
  readonly functions: readonly PlacedFunction[]
  readonly unknown: ReadonlySet<string>
  readonly code: TableCode | null
  /** Laid over what the text says of itself. */
  readonly attributes?: Readonly<Record<string, FactValue>>
}

export function readingOf(parts: ReadingParts): ResolvedStatement {
  const { raw, depth, placed, uses, cascades, functions, unknown, code } = parts
  const classes = [...new Set<FunctionClass>(functions.map((one) => one.class))].sort()
  let effect = raw.effect
  for (const one of classes) if (EFFECTS.indexOf(CLASS_EFFECTS[one]) > EFFECTS.indexOf(effect)) effect = CLASS_EFFECTS[one]
  return {
    uses,
    facts: {
      action: raw.action,
      effect,
      resources: mergeResources([...relationResources(placed, uses, cascades), ...otherResources(raw, functions)]),
      unknown: [...unknown],
      attributes: { ...attributesOf(raw, depth, uses, cascades, classes, code), ...codeAttributes(code), ...parts.attributes },
    },
  }
}

function codeAttributes(code: TableCode | null): Record<string, FactValue> {
  if (code === null || code.functions.length === 0) return {}
  return { table_functions: code.functions, table_classes: code.classes }
}

/** Partitions and inheritance children are read and written with their parent; a child's own parents are named too. */
export function withRelatives(uses: readonly Use[], catalog: Catalog): Use[] {
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
  for (const one of functions) if (one.named === true || !ORDINARY_CLASSES.has(one.class)) out.push({ kind: 'function', name: one.name, access: CLASS_EFFECTS[one.class] === 'read' ? 'read' : 'write' })
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

function attributesOf(raw: RawStatement, depth: Depth, uses: readonly Use[], cascades: readonly CatalogRelation[], classes: readonly string[], code: TableCode | null): Record<string, FactValue> {
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
  if (code === null ? uses.some((use) => use.written !== null && use.relation.hasTriggers) : code.triggers) out['user_triggers'] = true
  if (uses.some((use) => use.relation.rowSecurity)) out['row_security'] = true
  if (cascades.length > 0) out['cascades_to'] = cascades.map(displayName).sort()
  return out
}

const RELATION_KINDS: Readonly<Record<string, string>> = {
  r: 'table', p: 'table', v: 'view', m: 'materialized_view', f: 'foreign_table', S: 'sequence', c: 'type', i: 'index', I: 'index',
}
