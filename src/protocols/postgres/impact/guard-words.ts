import { serialize } from 'pg-protocol'
import type { OwnAnswer } from '../own-answer.ts'
import { script } from '../resolve/session-words.ts'

// What the gateway says of its own accord around an approved run that has a ceiling: a transaction where there is none, and
// what the transaction has changed so far, before the run and behind it.

export const GUARD_BEGIN = 'postgres/guard/begin'
export const GUARD_COUNT = 'postgres/guard/count'
/** The same in the midst of messages that are not synced: it begins and ends no transaction. */
export const GUARD_COUNT_INSIDE = 'postgres/guard/count-inside'
export const GUARD_COMMIT = 'postgres/guard/commit'
export const GUARD_ROLLBACK = 'postgres/guard/rollback'

/** CloseCompletes in the answer to GUARD_COUNT_INSIDE, which has no ReadyForQuery. */
export const CLOSES_INSIDE = 3

// From the target's own statistics of the open transaction, which every role may read: triggers and cascades are in them.
// They also hold what the session did before and has not reported yet, so only a difference counts.
const COUNTS = `SELECT pg_catalog.current_setting('track_counts') AS tracked, pg_catalog.json_agg(pg_catalog.json_build_array(
    c.oid::pg_catalog.int8, c.relispartition, pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid), pg_catalog.pg_stat_get_xact_tuples_updated(c.oid), pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)
  )) AS counts
  FROM pg_catalog.pg_class c WHERE c.relkind OPERATOR(pg_catalog.=) 'r' AND c.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
    AND pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) OPERATOR(pg_catalog.>) 0`

/** By name, for the adapter's closed list. */
export function guardWords(): ReadonlyMap<string, Buffer> {
  return new Map([
    [GUARD_BEGIN, script(['BEGIN', COUNTS])],
    [GUARD_COUNT, script([COUNTS])],
    [GUARD_COUNT_INSIDE, script([COUNTS], serialize.flush())],
    [GUARD_COMMIT, script(['COMMIT'])],
    [GUARD_ROLLBACK, script(['ROLLBACK'])],
  ])
}

/** Rows that the open transaction has changed, by table. */
export interface Counts {
  /** False: the target does not count them. */
  readonly tracked: boolean
  readonly tables: ReadonlyMap<number, { readonly isPartition: boolean; readonly inserted: number; readonly updated: number; readonly deleted: number }>
}

/** From the last result of a word; null: it has none. */
export function countsOf({ results, errors, lost, tooLong }: OwnAnswer): Counts | null {
  const row = results.at(-1)?.[0]
  if (row === undefined || lost || tooLong || errors.length > 0 || typeof row['tracked'] !== 'string') return null
  const tables = new Map<number, { readonly isPartition: boolean; readonly inserted: number; readonly updated: number; readonly deleted: number }>()
  for (const [oid, isPartition, inserted, updated, deleted] of JSON.parse(row['counts'] ?? '[]') as readonly [number, boolean, number, number, number][]) {
    tables.set(oid, { isPartition, inserted, updated, deleted })
  }
  return { tracked: row['tracked'] === 'on', tables }
}
