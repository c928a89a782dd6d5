import type { Catalog, CatalogRelation } from './catalog.ts'
import type { RawRelation, RawStatement } from './raw.ts'

interface Written {
  readonly relation: CatalogRelation
  readonly raw: Pick<RawRelation, 'access'>
  readonly written: ReadonlySet<string> | null
}

/**
 * Relations that foreign keys change along with a statement: ON DELETE and ON UPDATE actions, followed down, and every
 * referencing table for TRUNCATE .. CASCADE. What triggers change is not known here.
 */
export function relationsCascadedTo(raw: RawStatement, uses: readonly Written[], catalog: Catalog): CatalogRelation[] {
  const reached = new Map<number, CatalogRelation>()
  for (const { relation, raw: from, written } of uses) {
    if (written === null) continue
    if (from.access === 'truncate') {
      if (raw.object.cascade) follow(relation, catalog, reached, () => 'rows')
      continue
    }
    if (from.access === 'delete' || from.access === 'merge') follow(relation, catalog, reached, (key) => (key.onDelete === 'c' ? 'rows' : isAction(key.onDelete) ? 'values' : null))
    if (from.access === 'update' || from.access === 'merge' || raw.onConflict === 'update') {
      const numbers = new Set([...written].map((name) => relation.columnByName.get(name)?.number))
      // A changed key travels on only where the child's own referenced key holds it; naming the whole chain is the safe side.
      const changesKey = (key: { readonly parentColumns: readonly number[] }): boolean => key.parentColumns.some((column) => numbers.has(column))
      follow(relation, catalog, reached, (key) => (isAction(key.onUpdate) && (key.parent !== relation.oid || changesKey(key)) ? 'rows' : null))
    }
  }
  for (const { relation, written } of uses) if (written !== null) reached.delete(relation.oid)
  return [...reached.values()]
}

type Key = NonNullable<ReturnType<Catalog['foreignKeys']['get']>>[number]

/** `rows`: what happened to the parent happens to the child, so go on from there. `values`: only its columns change. */
function follow(start: CatalogRelation, catalog: Catalog, reached: Map<number, CatalogRelation>, travel: (key: Key) => 'rows' | 'values' | null): void {
  const queue = [start.oid]
  const seen = new Set(queue)
  for (let oid = queue.shift(); oid !== undefined; oid = queue.shift()) {
    for (const key of catalog.foreignKeys.get(oid) ?? []) {
      const how = travel(key)
      const child = catalog.relations.get(key.child)
      if (how === null || child === undefined) continue
      reached.set(child.oid, child)
      if (how === 'rows' && !seen.has(child.oid)) {
        seen.add(child.oid)
        queue.push(child.oid)
      }
    }
  }
}

function isAction(code: string): boolean {
  return code === 'c' || code === 'n' || code === 'd'
}
