import type { Ceiling, Impact, Measured } from '../gateway/command.ts'

// What was measured, in the words of the briefing, and the ceiling that an approval carries.

/** Asked for where nobody has said another: room for a tenth more, and for one row in any case. Nothing stays nothing. */
export function defaultCeiling(impact: Impact | null): Ceiling | null {
  if (impact === null || impact.unenforceable !== null) return null
  return { rows: roomFor(impact.rows), others: roomFor(impact.others) }
}

/** An estimate is no ceiling: it may be wrong by any factor, and would stop what people agreed to. */
function roomFor(measured: Measured): number | null {
  if (measured.kind === 'unknown' || measured.kind === 'estimate') return null
  return measured.count + Math.ceil(measured.count / 10)
}

/**
 * The ceiling after one more approval. The first of a round may raise or lower what is there; those that follow may only
 * lower it, because somebody has already agreed to no more than that.
 */
export function nextCeiling(current: Ceiling, given: Partial<Ceiling>, isFirst: boolean): Ceiling {
  const next = (name: 'rows' | 'others'): number | null => {
    const asked = given[name]
    if (asked === undefined) return current[name]
    const before = current[name]
    if (isFirst || before === null || asked === null) return isFirst ? asked : (asked ?? before)
    return Math.min(before, asked)
  }
  return { rows: next('rows'), others: next('others') }
}

export function measuredText(measured: Measured): string {
  switch (measured.kind) {
    case 'exact': return `${measured.count}`
    case 'at_most': return `at most ${measured.count} (${measured.why})`
    case 'estimate': return `about ${measured.count}, estimated (${measured.why})`
    case 'unknown': return `not measurable: ${measured.why}`
  }
}

export function ceilingText(ceiling: Ceiling): string {
  const part = (count: number | null, what: string): string => (count === null ? `any number of ${what}` : `at most ${count} ${what}`)
  return `${part(ceiling.rows, 'rows')}, ${part(ceiling.others, 'others along with them')}`
}
