import type { Case, Measured } from './cases.ts'
import type { Variant } from './stage.ts'
import { median } from './tools.ts'

export interface Row {
  readonly one: Case
  readonly found: ReadonlyMap<Variant, readonly Measured[]>
}

const head = (peer: string): readonly string[] => ['case', 'unit', 'direct', peer, 'ours', `${peer}/direct`, 'ours/direct', 'floor / goal', `CPU ${peer}`, 'CPU ours', 'p50 direct', `${peer} +`, 'ours +', 'ours waits', 'spread']

/** Medians. CPU is the relay's own per statement (bulk: per MB), in us; `+` is what a relay adds to the median latency, in us. */
export function printTable(rows: readonly Row[], peer: Variant): void {
  const lines = [head(peer), ...rows.map((row) => cells(row, peer))]
  const widths = head(peer).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  for (const line of lines) process.stdout.write(`${line.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}\n`)
  process.stdout.write('Bulk and COPY: the target on a CPU of its own, where there are two. All else: client, relay and target on one CPU.\n')
  process.stdout.write('CPU: of the relay, us per statement (bulk: per MB). p50 and +: us. spread: widest of (max - min) / median over the rounds.\n')
  process.stdout.write('ours waits: of the time of a run, what the gateway was ready in and got no CPU. Besides what one CPU for all explains, others have it then, and the ratio says little.\n')
}

/** One case, while the others are still running. */
export function progress({ one, found }: Row): string {
  return `  ${one.name}: ${[...found].map(([variant, all]) => `${variant} ${number(all.length === 0 ? undefined : median(all.map((measured) => measured.rate)), 0)}`).join(', ')} ${one.unit}`
}

function cells({ one, found }: Row, peer: Variant): readonly string[] {
  const of = (variant: Variant, what: (measured: Measured) => number | undefined): number | undefined => {
    const values = (found.get(variant) ?? []).map(what).filter((value) => value !== undefined)
    return values.length === 0 ? undefined : median(values)
  }
  const rate = (variant: Variant): number | undefined => of(variant, (measured) => measured.rate)
  const cpu = (variant: Variant): number | undefined => of(variant, (measured) => measured.cpu)
  const p50 = (variant: Variant): number | undefined => of(variant, (measured) => measured.p50)
  const direct = rate('direct')
  const ratio = (variant: Variant): string => number(divide(rate(variant), direct), 2)
  const added = (variant: Variant): string => number(subtract(p50(variant), p50('direct')), 0)
  const spreads = [...found.values()].map((all) => spread(all.map((measured) => measured.rate)))
  return [
    one.name, one.unit, number(direct, 0), number(rate(peer), 0), number(rate('holdpoint'), 0), ratio(peer), ratio('holdpoint'), one.goal,
    number(cpu(peer), 0), number(cpu('holdpoint'), 0), number(p50('direct'), 0), added(peer), added('holdpoint'), percent(of('holdpoint', (measured) => measured.waited)), `${(Math.max(...spreads) * 100).toFixed(0)} %`,
  ]
}

function divide(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b
}

function subtract(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b
}

function spread(values: readonly number[]): number {
  return values.length < 2 ? 0 : (Math.max(...values) - Math.min(...values)) / median(values)
}

function percent(value: number | undefined): string {
  return value === undefined ? '-' : `${(value * 100).toFixed(0)} %`
}

function number(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits)
}
