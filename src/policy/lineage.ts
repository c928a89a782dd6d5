import { coversColumn, type Facts, nameParts } from '../gateway/command.ts'
import { compileGlob, type GlobMode } from './glob.ts'
import type { ColumnMask, MaskStyle } from './verdict.ts'

// Columns whose values decide what a statement does, and columns whose values it puts somewhere else. A mask hides what is
// shown; these are the two ways to learn a masked value without being shown it.

/** One entry of `influence` or `write_lineage`, laid out for matching. */
export interface LineageEntry {
  /** `schema.table.column`; `*`: it may be any. */
  readonly source: string
  /** `schema.table.column`, `setting:x`, `channel:x`, `large_object`, `new:schema.table`, `pg_temp.t.c`; null for an influence. */
  readonly target: string | null
  /** Names under which a mask may cover it: its own, those of parents and children of its table, and what a generated column is made of. */
  readonly sourceNames: readonly string[]
  readonly targetNames: readonly string[]
}

export interface Lineage {
  readonly influence: readonly LineageEntry[]
  readonly write_lineage: readonly LineageEntry[]
}

const NOTHING: Lineage = { influence: [], write_lineage: [] }
const ARROW = ' > '

export function lineageOf({ attributes }: Facts): Lineage {
  const influence = attributes['influence']
  const written = attributes['write_lineage']
  if (influence === undefined && written === undefined) return NOTHING
  const also = new Map<string, string[]>()
  for (const pair of listOf(attributes['covered_as'])) {
    const [name = '', other = ''] = pair.split(' = ')
    also.set(name, [...(also.get(name) ?? []), other])
  }
  const names = (name: string): readonly string[] => [name, ...(also.get(name) ?? [])]
  return {
    influence: listOf(influence).map((source) => ({ source, target: null, sourceNames: names(source), targetNames: [] })),
    write_lineage: listOf(written).map((entry) => {
      const at = entry.indexOf(ARROW)
      const source = at < 0 ? entry : entry.slice(0, at)
      const target = at < 0 ? '*' : entry.slice(at + ARROW.length)
      return { source, target, sourceNames: names(source), targetNames: names(target) }
    }),
  }
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : []
}

type EntryTest = (entry: LineageEntry, masks: readonly ColumnMask[]) => boolean

/** A test for a list of patterns: some of them matches and none with `!` does. `masked` is every column that a mask covers. */
export function compileLineage(patterns: readonly string[], mode: Exclude<GlobMode, 'plain'>): EntryTest {
  const positive = patterns.filter((pattern) => !pattern.startsWith('!')).map((pattern) => compilePattern(pattern, mode === 'cover'))
  const negative = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => compilePattern(pattern.slice(1), mode === 'catch'))
  return (entry, masks) => !negative.some((test) => test(entry, masks)) && positive.some((test) => test(entry, masks))
}

/** `strictly`: a pattern in an allow, or what takes out of a denial: it must not match by a doubt. */
function compilePattern(pattern: string, strictly: boolean): EntryTest {
  const at = pattern.indexOf(ARROW)
  const source = at < 0 ? pattern : pattern.slice(0, at)
  const target = at < 0 ? undefined : compileGlob(pattern.slice(at + ARROW.length), false)
  const fitsTarget = (entry: LineageEntry): boolean => target === undefined || entry.target === null || (strictly ? target(entry.target) : entry.targetNames.some(target))
  if (source === 'masked') return (entry, masks) => isMasked(entry, masks) && fitsTarget(entry)
  // A pattern for all columns covers what may be any of them; others only catch it.
  const glob = compileGlob(source, strictly && source !== '*')
  return (entry) => {
    const fits = entry.source === '*' ? source === '*' || !strictly : strictly ? glob(entry.source) : entry.sourceNames.some(glob)
    return fits && fitsTarget(entry)
  }
}

/** An influence of a masked column; a masked value that is written where it is shown better than at its source. */
function isMasked(entry: LineageEntry, masks: readonly ColumnMask[]): boolean {
  const source = entry.source === '*' ? masks : covering(entry.sourceNames, masks)
  if (source.length === 0) return false
  if (entry.target === null) return true
  const target = covering(entry.targetNames, masks)
  return !source.every((mask) => target.some((other) => isAtLeastAsStrict(other.style, mask.style)))
}

function covering(names: readonly string[], masks: readonly ColumnMask[]): readonly ColumnMask[] {
  const parts = names.map(nameParts)
  return masks.filter((mask) => parts.some((each) => coversColumn(mask.column, each)))
}

// ---- styles

// What hides more comes first: two rules for one column are both kept by showing the less of the two.
const STRICTEST_FIRST: readonly MaskStyle[] = ['redact', 'null', 'hash', 'pseudonym', 'last4', 'partial']

/** `partial` and `last4` show different pieces, so neither stands in for the other; `redact` and `null` show nothing, so each does. */
function isAtLeastAsStrict(style: MaskStyle, than: MaskStyle): boolean {
  if (style === than || style === 'redact' || style === 'null') return true
  if (style === 'last4' || style === 'partial') return false
  return STRICTEST_FIRST.indexOf(style) < STRICTEST_FIRST.indexOf(than)
}

export function strictest(masks: readonly ColumnMask[]): readonly ColumnMask[] {
  const byColumn = new Map<string, ColumnMask>()
  for (const mask of masks) {
    const before = byColumn.get(mask.column)
    if (before === undefined || STRICTEST_FIRST.indexOf(mask.style) < STRICTEST_FIRST.indexOf(before.style)) byColumn.set(mask.column, mask)
  }
  return [...byColumn.values()]
}
