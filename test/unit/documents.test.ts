import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { SQLSTATE } from '../../src/protocols/postgres/refusals.ts'
import { createAuthority } from '../../src/quickstart/certificates.ts'
import { ROOT } from '../support/sources.ts'

// What the documents say can be tried, is tried.

const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'policies/README.md', 'docs/postgres-analysis.md', 'docs/masking.md']
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const README = read('README.md')

/** Exit code of the command line. */
function codeOf(argv: readonly string[]): number | null {
  return spawnSync(process.execPath, [join(ROOT, 'src', 'main.ts'), ...argv], { stdio: 'ignore' }).status
}

describe('the documents', () => {
  it.each(DOCUMENTS)('%s links to files that exist', (document) => {
    const links = [...read(document).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((match) => match[1]!).filter((link) => !/^https?:/.test(link))
    for (const link of links) expect(existsSync(join(ROOT, dirname(document), link)), link).toBe(true)
  })

  it.each(DOCUMENTS)('%s names source and test files that exist', (document) => {
    const named = [...read(document).matchAll(/`((?:src|test|policies|\.ci|gateway|enforcement|policy|approvals|masking|recording|identity|store|protocols|admin)\/[\w./-]+\.(?:ts|yaml|md))`/g)].map((match) => match[1]!)
    for (const path of named) expect(existsSync(join(ROOT, path)) || existsSync(join(ROOT, 'src', path)), path).toBe(true)
  })

  it('the configuration in the README would start a gateway', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdpoint-readme-'))
    try {
      const example = /```yaml\n([\s\S]*?)```/.exec(README)![1]!.replaceAll(/\/(var\/lib|etc|run\/secrets)\//g, (place) => `${folder}${place}`)
      const authority = await createAuthority()
      const certificate = await authority.issue({ commonName: 'gateway', dns: ['localhost'], ip: [] })
      const secrets = join(folder, 'run', 'secrets')
      for (const made of [secrets, join(folder, 'var', 'lib', 'holdpoint'), join(folder, 'etc', 'holdpoint', 'policies')]) mkdirSync(made, { recursive: true })
      for (const [path, text] of [['gateway.crt', certificate.cert], ['gateway.key', certificate.key], ['run/secrets/orders', 'password'], ['run/secrets/masking-key', 'k'.repeat(64)], ['holdpoint.yaml', example]] as const) {
        writeFileSync(join(folder, path), text, { mode: 0o600 })
      }
      const config = loadConfig(join(folder, 'holdpoint.yaml'))
      expect(config.targets.map(({ name }) => name)).toEqual(['orders'])
      // Every group that a shipped policy asks is in the example.
      const shipped = readdirSync(join(ROOT, 'policies', 'production')).filter((name) => name.endsWith('.yaml') && !name.endsWith('.cases.yaml'))
      const asked = shipped.flatMap((name) => [...read(`policies/production/${name}`).matchAll(/groups: \[([^\]]+)\], quorum/g)].flatMap((match) => match[1]!.split(/,\s*/)))
      expect(config.reviewers.map(({ name }) => name)).toEqual(expect.arrayContaining(asked))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('the verbs in the README exist, and others do not', { timeout: 120_000 }, () => {
    const verbs = [...README.matchAll(/^\| `holdpoint ([^`]+)`(?:, `holdpoint (\w+)`)?/gm)].flatMap(([, first = '', second]) => {
      const [group = '', ...rest] = first.replace(/ --.*/, '').split(/[ ,]+/)
      return [...(rest.length === 0 ? [[group]] : rest.map((verb) => [group, verb])), ...(second === undefined ? [] : [[second]])]
    })
    expect(verbs.length).toBeGreaterThan(15)
    for (const verb of verbs) expect(codeOf([...verb, '--help']), verb.join(' ')).toBe(0)
    expect(codeOf(['holds', 'forget'])).not.toBe(0)
  })

  it('the SQLSTATEs in the README are those that clients get', () => {
    const named = [...README.matchAll(/^\| `(\w{5})` \|/gm)].map((match) => match[1])
    expect([...named].sort()).toEqual([...new Set(Object.values(SQLSTATE))].sort())
  })

  it('the scripts they tell people to run are in package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
    for (const document of DOCUMENTS) for (const [, name = ''] of read(document).matchAll(/npm run (?:-s )?([\w-]+)/g)) expect(scripts).toHaveProperty(name)
  })
})
