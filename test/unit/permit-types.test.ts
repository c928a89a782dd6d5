import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/sources.ts'

const TYPES = join(ROOT, 'test', 'types')
const SOURCE = readFileSync(join(TYPES, 'permit.ts'), 'utf8')
const EXPECTATION = '// @ts-expect-error'

/** Exit code and output of the compiler over one configuration. */
function compile(project: string): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project, '--noEmit', '--pretty', 'false'], { encoding: 'utf8' })
  if (error) throw error
  return { code: status, output: stdout + stderr }
}

describe('ways round a permit', () => {
  it('do not compile, and the way that is meant does', () => {
    expect(compile(join(TYPES, 'tsconfig.json'))).toEqual({ code: 0, output: '' })
  })

  it('each fail on their own account: without its expectation, every one is an error of the compiler', () => {
    const lines = SOURCE.split('\n')
    const expectations = lines.flatMap((line, at) => (line.startsWith(EXPECTATION) ? [at] : []))
    expect(expectations.length).toBeGreaterThan(15)
    const folder = mkdtempSync(join(tmpdir(), 'holdpoint-types-'))
    try {
      writeFileSync(join(folder, 'permit.ts'), lines.map((line) => (line.startsWith(EXPECTATION) ? '//' : line)).join('\n').replaceAll("'../../src/", `'${ROOT}/src/`))
      // As in this package: its files are modules.
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
      const compilerOptions = { rootDir: '/', typeRoots: [join(ROOT, 'node_modules', '@types')] }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(TYPES, 'tsconfig.json'), compilerOptions, include: ['./*.ts'] }))
      const { code, output } = compile(join(folder, 'tsconfig.json'))
      expect(code).not.toBe(0)
      const failed = new Set([...output.matchAll(/permit\.ts\((\d+),/g)].map((match) => Number(match[1]) - 1))
      expect([...failed].sort((a, b) => a - b)).toEqual(expectations.map((at) => at + 1))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
