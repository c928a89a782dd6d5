import type { Ceiling } from '../../../gateway/command.ts'
import type { RawStatement } from '../raw.ts'
import type { Counts } from './guard-words.ts'

/** What a run has changed: by its own command tags, and what changed along with it by the target's statistics. */
export interface Changed {
  readonly rows: number
  /** Null: the target does not count them. */
  readonly others: number | null
  /** False: the tags do not tell which of them the command names itself; `rows` is then all there is. */
  readonly apart: boolean
}

export function changedBy(statements: readonly RawStatement[], tags: readonly string[], before: Counts, after: Counts): Changed {
  let total = 0
  let inserted = 0
  let deleted = 0
  for (const [oid, now] of after.tables) {
    const was = before.tables.get(oid) ?? { inserted: 0, updated: 0, deleted: 0 }
    total += now.inserted - was.inserted + (now.updated - was.updated) + (now.deleted - was.deleted)
    if (now.isPartition) {
      inserted += now.inserted - was.inserted
      deleted += now.deleted - was.deleted
    }
  }
  const tagged = tags.reduce((sum, tag) => sum + taggedRows(tag), 0)
  // A portal that was asked for a part of its rows has no tag yet.
  if (!statements.every(tagsTellAll) || tags.some((tag) => tag.startsWith('suspended'))) return { rows: Math.max(total, tagged), others: after.tracked ? 0 : null, apart: false }
  // A row that moves to another partition is one row, counted as deleted and as inserted.
  const moved = tags.some((tag) => /^(UPDATE|MERGE) /.test(tag)) ? Math.min(inserted, deleted) : 0
  return { rows: tagged, others: after.tracked ? Math.max(0, total - tagged - moved) : null, apart: true }
}

/** Null: within the ceiling. Otherwise what was allowed and what was changed, for people. */
export function overCeiling(ceiling: Ceiling, changed: Changed): string | null {
  const allowed = `${ceiling.rows === null ? 'any number of' : ceiling.rows} rows and ${ceiling.others === null ? 'any number of' : ceiling.others} others along with them`
  if (!changed.apart) {
    const most = ceiling.rows === null || ceiling.others === null ? null : ceiling.rows + ceiling.others
    return most !== null && changed.rows > most ? `allowed were ${allowed}, and ${changed.rows} in all would have changed` : null
  }
  if (ceiling.others !== null && changed.others === null) return `allowed were ${allowed}, and the target does not count what changes along (track_counts is off)`
  const isOver = (ceiling.rows !== null && changed.rows > ceiling.rows) || (ceiling.others !== null && changed.others !== null && changed.others > ceiling.others)
  return isOver ? `allowed were ${allowed}, and ${changed.rows} and ${changed.others ?? 'an unknown number of'} would have changed` : null
}

/** `DELETE 5`, `INSERT 0 5`: the rows that a command says it changed. */
function taggedRows(tag: string): number {
  const match = /^(?:INSERT 0|UPDATE|DELETE|MERGE) (\d+)$/.exec(tag)
  return match === null ? 0 : Number(match[1])
}

/** Changing WITH queries, EXPLAIN ANALYZE and EXECUTE of something change rows that no tag of theirs counts. */
function tagsTellAll(statement: RawStatement): boolean {
  if (statement.nested.some((inner) => inner.class === 'write')) return false
  return ['insert', 'update', 'delete', 'merge'].includes(statement.action) || (statement.class === 'read' && statement.nested.length === 0)
}
