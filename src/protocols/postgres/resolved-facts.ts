import type { FactValue } from '../../gateway/command.ts'
import { relationsCascadedTo } from './cascade.ts'
import type { Catalog, CatalogSource } from './catalog.ts'
import { codeOfCalls, type CodeOfCalls, describeFunction } from './function-code.ts'
import { lineageAttributes, lineageOfQuery } from './lineage-facts.ts'
import { displayName, isSystem, type Names, type Placed, placeRelation } from './placement.ts'
import type { Depth, RawStatement } from './raw.ts'
import { type ResolvedStatement, readingOf, type Use, withRelatives, WRITES } from './reading.ts'
import type { BaseColumn, Resolved, ResolvedQuery, ResolvedRelation } from './resolve/resolution.ts'
import { tableCode } from './table-code.ts'

/** What a statement is read for, besides itself. */
export interface Expectation {
  /** How many names were followed to get here. */
  readonly references: number
  /** The relation that is made of what it returns (CREATE TABLE AS, SELECT INTO, CREATE MATERIALIZED VIEW), as a rule names it. */
  readonly into: string | null
}

export interface ResolvedParts {
  readonly catalog: Catalog
  readonly names: Names
  readonly expected: Expectation
}

/**
 * Readings of one statement by what the target made of it: its own query, each data-changing WITH part, each product of a
 * rule, and each query in the body of an SQL function that is called. Objects are those of the tree, by oid.
 */
export function resolvedStatements(raw: RawStatement, depth: Depth, resolution: Resolved, parts: ResolvedParts): ResolvedStatement[] {
  const { queries } = resolution
  const own = queries.find((query) => query.origin === 'text')
  const written = raw.nested.filter((inner) => inner.depth === 'cte')
  const found = queries.filter((query) => query.origin === 'cte')
  // INSTEAD NOTHING comes as a query of nothing; a statement of a rule that is no query (NOTIFY) gives its reason.
  const others = queries.filter((query) => query !== own && query.origin !== 'cte' && (query.command !== 'nothing' || query.unknown.length > 0))
  const lost = written.length > found.length ? ['a part of the statement is not in what the target made of it'] : []
  const readings = [
    own === undefined ? replaced(raw, depth, lost, parts) : readQuery(raw, own, depth, resolution, parts, lost),
    ...found.map((query, at) => {
      const inner = written[at]
      // A rule may have made something else of it.
      return readQuery(written.length === found.length && inner?.action === query.command ? inner : asStatement(query, 'cte'), query, 'cte', resolution, parts, [])
    }),
    ...others.map((query) => readQuery(asStatement(query, 'rule'), query, 'rule', resolution, parts, [])),
  ]
  return [...readings, ...bodiesOf(queries, resolution, parts)]
}

/** An INSTEAD rule took its place: the text names a relation and nothing of it runs; what the rule made is read beside it. */
function replaced(raw: RawStatement, depth: Depth, lost: readonly string[], { catalog, names }: ResolvedParts): ResolvedStatement {
  const placed = raw.relations.map((relation): Placed => ({ ...placeRelation(relation, catalog, names), unknown: [] }))
  const uses = placed.flatMap((one) => one.relations.map((relation): Use => ({ relation, raw: one.raw, read: new Set(), written: WRITES.has(one.raw.access) ? new Set(one.raw.written ?? []) : null })))
  return readingOf({ raw, depth, placed, uses, cascades: [], functions: [], unknown: new Set([...raw.unknown, ...lost]), code: null, attributes: { resolved: true } })
}

function readQuery(raw: RawStatement, query: ResolvedQuery, depth: Depth, resolution: Resolved, parts: ResolvedParts, reasons: readonly string[]): ResolvedStatement {
  const { catalog, names, expected } = parts
  const unknown = new Set([...raw.unknown, ...query.unknown, ...reasons])
  const written = new Set(query.relations.flatMap(({ oid, access }) => (access === 'read' || access === 'lock' ? [] : [oid])))
  // The sequence behind a serial or identity column goes with its table.
  const isOwn = (oid: number): boolean => written.has(catalog.relations.get(oid)?.ownedBy?.relation ?? 0)
  const uses = query.relations.flatMap((relation) => (isOwn(relation.oid) ? [] : useOf(relation, catalog, unknown)))
  const everyUse = withRelatives(uses, catalog)
  // Partitions may be foreign tables too.
  for (const { relation } of everyUse) {
    if (relation.kind === 'f') unknown.add(`relation "${displayName(relation)}" is a foreign table${relation.server === null ? '' : ` on server ${relation.server}`}: what it reaches is not known`)
  }
  const cascades = relationsCascadedTo(raw, uses, catalog)
  const code = codeOfCalls(raw, query, resolution, catalog, everyUse)
  for (const one of code.functions) if (one.unknown !== null) unknown.add(one.unknown)
  for (const reason of code.unknown) unknown.add(reason)
  return readingOf({
    raw, depth, placed: [], uses: everyUse, cascades, functions: code.functions, unknown,
    code: tableCode(raw, everyUse, cascades, catalog, code.ofTables),
    attributes: {
      ...meaningAttributes(raw, query, code, catalog, names),
      ...lineageAttributes(lineageOfQuery(query, depth === 'cte' || depth === 'rule' ? null : expected.into, catalog, (column) => isDefault(column, raw, catalog)), catalog),
    },
  })
}

/** The rewriter fills in what INSERT does not name. */
function isDefault({ relation, attribute }: BaseColumn, { action, relations: [target] }: RawStatement, catalog: Catalog): boolean {
  const name = catalog.relations.get(relation)?.columnByNumber.get(attribute)?.name
  return action === 'insert' && name !== undefined && target?.access === 'insert' && target.written !== null && !target.written.includes(name)
}

/** One relation of a tree; empty for what stands inside a view of the server's own, which is known by its name. */
function useOf(resolved: ResolvedRelation, catalog: Catalog, unknown: Set<string>): Use[] {
  const isBehindSystemView = resolved.via.some((oid) => {
    const view = catalog.relations.get(oid)
    return view !== undefined && isSystem(view)
  })
  if (isBehindSystemView) return []
  const relation = catalog.relations.get(resolved.oid)
  if (relation === undefined) {
    unknown.add(`the relation with oid ${resolved.oid} is not in the catalogue: it is new, or belongs to another session`)
    return []
  }
  const name = displayName(relation)
  const columns = (numbers: readonly number[]): Set<string> => {
    if (numbers.includes(0)) return new Set(relation.columns.map((column) => column.name))
    const found = new Set<string>()
    for (const number of numbers) {
      const column = relation.columnByNumber.get(number)
      if (column !== undefined) found.add(column.name)
      // Its own row: ctid and its kin tell nothing of the values.
      else if (number > 0) unknown.add(`column ${number} of "${name}" is not in the catalogue`)
    }
    return found
  }
  const access = resolved.access === 'read' || resolved.access === 'lock' ? 'select' : resolved.access
  const use: Use = {
    relation,
    raw: { name: relation.name, access, only: !resolved.withChildren, star: false },
    read: columns(resolved.read),
    written: access === 'select' ? null : columns(resolved.written),
  }
  return [use, ...(relation.kind === 'm' ? sourcesOf(use, catalog) : [])]
}

/** A materialised view shows what its query once read, so that is named too, views within it included. */
export function sourcesOf(use: Use, catalog: Catalog): Use[] {
  const found = new Map<number, Use>()
  const follow = (sources: readonly CatalogSource[]): void => {
    for (const { relation: oid, columns } of sources) {
      const relation = catalog.relations.get(oid)
      if (relation === undefined || isSystem(relation)) continue
      const before = found.get(oid)
      const read = relation.columns.filter(({ number }) => columns === null || columns.includes(number)).map(({ name }) => name)
      found.set(oid, { relation, raw: { ...use.raw, name: relation.name, access: 'select' }, read: new Set([...(before?.read ?? []), ...read]), written: null })
      if (before === undefined) follow(relation.sources)
    }
  }
  follow(use.relation.sources)
  return [...found.values()]
}

function meaningAttributes(raw: RawStatement, query: ResolvedQuery, code: CodeOfCalls, catalog: Catalog, names: Names): Record<string, FactValue> {
  const out: Record<string, FactValue> = { resolved: true }
  if (query.command === 'update' || query.command === 'delete' || query.command === 'merge') {
    // Both must say so: the text knows what its author wrote, the tree what stands behind the names.
    out['bounded'] = raw.hasWhere && !raw.whereConstantTrue && !query.boundless
  }
  if (query.locks) out['locking'] = true
  if (code.volatile) out['volatile'] = true
  if (code.securityDefiner) out['security_definer'] = true
  const views = query.relations.flatMap(({ oid }) => catalog.relations.get(oid) ?? []).filter((relation) => relation.kind === 'v' && !isSystem(relation))
  if (views.length > 0) out['via_views'] = [...new Set(views.map(displayName))].sort()
  const owners = query.relations.flatMap(({ checkedAs }) => (checkedAs === 0 ? [] : [catalog.roles.get(checkedAs) ?? String(checkedAs)])).filter((role) => role !== names.role)
  if (owners.length > 0) out['rights_of'] = [...new Set(owners)].sort()
  // An INSERT has one table, without anybody saying ONLY.
  if (query.relations.some(({ oid, withChildren, access }) => !withChildren && !(query.command === 'insert' && access !== 'read' && access !== 'lock') && (catalog.relations.get(oid)?.children.length ?? 0) > 0)) out['only'] = true
  if (query.relations.some(({ rowSecurity }) => rowSecurity)) out['row_security'] = true
  return out
}

/** Every query in the bodies of SQL functions that are called, in the statement or in other bodies: each function once. */
function bodiesOf(queries: readonly ResolvedQuery[], resolution: Resolved, parts: ResolvedParts): ResolvedStatement[] {
  const { catalog } = parts
  const out: ResolvedStatement[] = []
  const seen = new Set<number>()
  const inner: ResolvedParts = { ...parts, expected: { references: 0, into: null } }
  const follow = (from: readonly ResolvedQuery[]): void => {
    for (const oid of from.flatMap(({ calls }) => calls.flatMap((call) => [call.function, ...(catalog.functions.get(call.function)?.calls ?? [])]))) {
      const body = resolution.functions.get(oid)
      if (body === undefined || seen.has(oid)) continue
      seen.add(oid)
      const called = catalog.functions.get(oid)
      for (const query of body.queries) {
        const { facts, uses } = readQuery(asStatement(query, 'function_body'), query, 'function_body', resolution, inner, [])
        out.push({ uses, facts: { ...facts, attributes: { ...facts.attributes, in_function: called === undefined ? String(oid) : describeFunction(called) } } })
      }
      follow(body.queries)
    }
  }
  follow(queries)
  return out
}

/** A query that no text of ours stands for, as if it were written. */
function asStatement(query: ResolvedQuery, depth: Depth): RawStatement {
  const isRead = query.command === 'select' || query.command === 'nothing'
  const deletes = query.command === 'delete' || (query.command === 'merge' && query.relations.some(({ access, written }) => access === 'merge' && written.length === 0))
  return {
    node: 'Query', class: isRead ? 'read' : 'write', action: isRead ? 'select' : query.command, effect: isRead ? 'read' : deletes ? 'destroy' : 'write', depth, executes: 'now',
    index: 0, of: 1, byteStart: 0, byteLength: 0, sql: null, relations: [], columns: [], fieldSelections: [], star: false, starDecides: false, derived: [], functions: [], operators: [], types: [],
    nested: [], unknown: [], hasWhere: !query.boundless, whereConstantTrue: false, hasLimit: false, onConflict: 'none', returning: !isRead && query.output !== null,
    locking: [], currentOf: null, parameters: 0, settings: [], explainAnalyze: false, channel: null, lockMode: null, roles: [],
    object: { type: '', names: [], cascade: false }, language: null,
  }
}
