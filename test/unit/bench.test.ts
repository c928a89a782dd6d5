import { describe, expect, it, vi } from 'vitest'
import { CASES, type Case, type Measured } from '../../src/bench/cases.ts'
import { printTable } from '../../src/bench/report.ts'
import type { Variant } from '../../src/bench/stage.ts'
import { cpuMicroseconds, findProgram, median, residentKilobytes, waitedMicroseconds } from '../../src/bench/tools.ts'

function table(found: ReadonlyMap<Variant, readonly Measured[]>): readonly string[] {
  const lines: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text))
    return true
  })
  try {
    printTable([{ one: CASES[0] as Case, found }], 'pgbouncer')
  } finally {
    write.mockRestore()
  }
  return (lines[1] ?? '').trim().split(/ {2,}/)
}

const measured = (rate: number, cpu?: number, p50?: number, waited?: number): Measured => ({ rate, cpu, p50, waited })

describe('the benchmark', () => {
  it('names each case once', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
  })
  it('prints medians of the rounds and their ratios to direct', () => {
    const row = table(new Map<Variant, readonly Measured[]>([['direct', [measured(100, undefined, 50), measured(1_000, undefined, 50), measured(110, undefined, 50)]], ['pgbouncer', [measured(55, 20, 70)]], ['holdpoint', [measured(44, 90, 120, 0.654)]]]))
    expect(row.slice(2, 7)).toEqual(['110', '55', '44', '0.50', '0.40'])
    expect(row.slice(-7)).toEqual(['20', '90', '50', '20', '70', '65 %', '818 %'])
  })
  it('leaves out what was not measured instead of calling it zero', () => {
    const row = table(new Map<Variant, readonly Measured[]>([['direct', [measured(100)]], ['holdpoint', [measured(50)]]]))
    expect(row.slice(2, 7)).toEqual(['100', '-', '50', '-', '0.50'])
  })
  it('takes the middle, and the mean of the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
  })
  it('knows that a program is missing', () => {
    expect(findProgram('no-such-program-here')).toBeUndefined()
    expect(findProgram('sh')).toMatch(/\/sh$/)
  })
  it.runIf(process.platform === 'linux')('reads the CPU and memory of a process, and nothing of one that is gone', () => {
    const before = cpuMicroseconds(process.pid) ?? Number.NaN
    for (const began = performance.now(); performance.now() - began < 50; );
    expect(cpuMicroseconds(process.pid)).toBeGreaterThan(before)
    expect(waitedMicroseconds(process.pid)).toBeGreaterThanOrEqual(0)
    expect(residentKilobytes(process.pid)).toBeGreaterThan(10_000)
    expect(cpuMicroseconds(2 ** 30)).toBeUndefined()
    expect(waitedMicroseconds(2 ** 30)).toBeUndefined()
    expect(residentKilobytes(2 ** 30)).toBeUndefined()
  })
})
