import type { Catalog, CatalogRelation, CatalogTrigger } from './catalog.ts'
import { classByOid, describeFunction } from './function-code.ts'
import { type FunctionClass, ORDINARY_CLASSES } from './functions.ts'
import type { RawStatement } from './raw.ts'
import type { TableCode, Use } from './reading.ts'

// What a table runs by itself when it is written: its owner's doing, which the text does not show. A reading names it apart
// from what the statement calls: reviewers are told, and a rule that allows must vouch for it (policies/README.md).

/** Triggers of the server's own that change nothing but the row at hand. */
const HARMLESS_TRIGGERS: ReadonlySet<string> = new Set(['suppress_redundant_updates_trigger', 'tsvector_update_trigger', 'tsvector_update_trigger_column', 'unique_key_recheck'])

type Event = CatalogTrigger['events'][number]

/** `uses` with relatives; `cascades`: relations that foreign keys change along; `defaults`: functions of defaults that stand in the tree. */
export function tableCode(raw: RawStatement, uses: readonly Use[], cascades: readonly CatalogRelation[], catalog: Catalog, defaults: readonly number[] = []): TableCode | null {
  if (raw.class === 'ddl' || raw.class === 'dcl' || raw.action === 'refresh' || raw.action === 'reindex') return eventTriggers(catalog)
  const oids = new Set(defaults)
  let triggers = false
  const look = (relation: CatalogRelation, events: readonly Event[], written: ReadonlySet<string> | null): void => {
    for (const trigger of relation.triggers) {
      if (!fires(trigger, events, written, relation)) continue
      triggers = true
      for (const oid of [trigger.function, ...trigger.calls]) oids.add(oid)
    }
    if (events.some((event) => event === 'insert' || event === 'update')) for (const oid of relation.rowCalls) oids.add(oid)
  }
  for (const { relation, raw: { access }, written } of uses) {
    if (written === null) continue
    look(relation, eventsOf(access, raw, relation), written)
    // COPY has no tree in which its defaults would stand.
    if (raw.action === 'copy_in') for (const column of relation.columns) if (!written.has(column.name)) for (const oid of column.calls) oids.add(oid)
  }
  const along: readonly Event[] = raw.action === 'truncate' ? ['truncate'] : ['delete', 'update']
  for (const relation of cascades) look(relation, along, null)
  return { ...named(oids, catalog), triggers }
}

function eventsOf(access: string, raw: RawStatement, relation: CatalogRelation): readonly Event[] {
  // An update may move a row to another partition: a delete here and an insert there.
  if (access === 'merge' || (access === 'update' && relation.isPartition)) return ['insert', 'update', 'delete']
  if (access === 'update') return ['update']
  if (access === 'insert') return raw.onConflict === 'update' ? ['insert', 'update'] : ['insert']
  return access === 'delete' || access === 'truncate' ? [access] : []
}

function fires(trigger: CatalogTrigger, events: readonly Event[], written: ReadonlySet<string> | null, relation: CatalogRelation): boolean {
  // R fires for replication only, which no client of ours can claim to be.
  if (trigger.enabled === 'D' || trigger.enabled === 'R') return false
  return events.some((event) => {
    if (!trigger.events.includes(event)) return false
    if (event !== 'update' || trigger.columns.length === 0 || written === null) return true
    // What a BEFORE trigger changes does not count for UPDATE OF; what is computed from a column does.
    const isWritten = (number: number): boolean => written.has(relation.columnByNumber.get(number)?.name ?? '')
    return trigger.columns.some((number) => isWritten(number) || relation.columnByNumber.get(number)?.derivedFrom.some((one) => one === 0 || isWritten(one)) === true)
  })
}

function eventTriggers(catalog: Catalog): TableCode | null {
  if (catalog.eventTriggers.length === 0) return null
  return { ...named(new Set(catalog.eventTriggers.map((trigger) => trigger.function)), catalog), triggers: false }
}

function named(oids: ReadonlySet<number>, catalog: Catalog): Pick<TableCode, 'functions' | 'classes'> {
  const functions = new Set<string>()
  const classes = new Set<FunctionClass>()
  for (const oid of oids) {
    const found = catalog.functions.get(oid)
    if (found?.builtin === true && (ORDINARY_CLASSES.has(found.class) || found.class === 'sequence' || HARMLESS_TRIGGERS.has(found.name))) continue
    functions.add(found === undefined ? `the function with oid ${oid}` : describeFunction(found))
    classes.add(classByOid(oid, catalog))
  }
  return { functions: [...functions].sort(), classes: [...classes].sort() }
}
