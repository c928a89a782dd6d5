import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConfigInvalid, loadConfig } from '../../src/config.ts'
import { describeOptions } from '../../src/config-schema.ts'

const KEY = 'k'.repeat(40)

const GOOD = `version: 1
listen: {postgres: '127.0.0.1:7432', admin: '[::1]:7080'}
policies: policies
trust:
  - name: corp
    issuer: http://127.0.0.1:9000
    audience: holdpoint
    kind: {claim: client_type, map: {service: agent, person: human}}
    groups_claim: groups
reviewers:
  groups:
    data-owners: {claim_values: [owners], subjects: ['corp#maria']}
targets:
  - name: orders
    protocol: postgres
    labels: {env: production}
    postgres:
      host: 127.0.0.1
      database: orders
      databases: [archive]
      user: gateway
      password: {file: secret.txt}
      tls: {mode: disable}
masking: {key: {env: HOLDPOINT_TEST_KEY}}
`

describe('the configuration', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdpoint-config-'))
    mkdirSync(join(folder, 'policies'))
    writeFileSync(join(folder, 'secret.txt'), 'hunter2\n')
    process.env['HOLDPOINT_TEST_KEY'] = KEY
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
    delete process.env['HOLDPOINT_TEST_KEY']
  })

  function load(text: string) {
    const file = join(folder, 'holdpoint.yaml')
    writeFileSync(file, text)
    return loadConfig(file)
  }

  function faults(text: string): readonly string[] {
    try {
      load(text)
    } catch (error) {
      if (error instanceof ConfigInvalid) return error.faults.map((fault) => `${fault.line}:${fault.column} ${fault.message}`)
      throw error
    }
    return []
  }

  it('is read with its defaults, its secrets resolved and its paths made absolute', () => {
    const config = load(GOOD)
    expect(config.listen).toEqual({ postgres: { host: '127.0.0.1', port: 7432 }, admin: { host: '::1', port: 7080 } })
    expect(config.targets[0]?.postgres).toMatchObject({ password: 'hunter2', databases: ['orders', 'archive'], port: 5432, tls: { mode: 'disable' } })
    expect(config.masking.key.toString()).toBe(KEY)
    expect(config.policies).toBe(join(folder, 'policies'))
    expect(config.recordings).toBe(join(folder, 'recordings'))
    expect(config.store.path).toBe(join(folder, 'holdpoint.db'))
    expect(config.limits.maxMessageBytes).toBe(16 * 1024 * 1024)
    expect(config.reviewers).toEqual([{ name: 'data-owners', claimValues: ['owners'], subjects: ['http://127.0.0.1:9000#maria'] }])
  })

  it('lists every fault at once, each with its line and column', () => {
    const found = faults(
      GOOD.replace('version: 1', 'version: 2')
        .replace("admin: '[::1]:7080'", "admin: '0.0.0.0:7080'")
        .replace('    audience: holdpoint\n', '')
        .replace('      host: 127.0.0.1', '      host: db.example.com')
        .replace('secret.txt', 'nowhere.txt')
        .replace('masking:', 'colour: blue\nmasking:'),
    )
    expect(found).toEqual([
      '1:1 version: expected version: 1',
      expect.stringMatching(/^2:38 listen.admin: a listener outside loopback needs `tls`/),
      expect.stringMatching(/^5:5 trust\[0\].audience: is missing/),
      expect.stringMatching(/^21:7 targets\[0\].postgres.password: secret file .*nowhere.txt cannot be read: ENOENT/),
      expect.stringMatching(/^22:13 targets\[0\].postgres.tls.mode: a target outside loopback is reached through TLS/),
      '23:1 colour is not an option',
    ])
  })

  it('refuses a secret that is written out, and does not repeat it', () => {
    const found = faults(GOOD.replace('{file: secret.txt}', 'hunter2'))
    expect(found).toHaveLength(1)
    expect(found[0]).toContain('a secret is written as {env: NAME}')
    expect(found[0]).not.toContain('hunter2')
  })

  it('names a secret program that fails without repeating what it printed', () => {
    const found = faults(GOOD.replace('{file: secret.txt}', `{exec: [sh, -c, 'echo hunter2; echo hunter2 >&2; exit 3']}`))
    expect(found).toEqual([expect.stringContaining('secret program sh failed: exit code 3')])
    expect(found[0]).not.toContain('hunter2')
    expect(load(GOOD.replace('{file: secret.txt}', `{exec: [echo, from-program]}`)).targets[0]?.postgres.password).toBe('from-program')
  })

  it('refuses symmetric signatures, issuers on plain http and short masking keys', () => {
    process.env['HOLDPOINT_TEST_KEY'] = 'short'
    const found = faults(GOOD.replace('http://127.0.0.1:9000', 'http://issuer.example.com').replace('    audience:', '    algorithms: [HS256]\n    audience:'))
    expect(found.some((line) => line.includes('trust[0].algorithms[0]'))).toBe(true)
    expect(found.some((line) => line.includes('masking.key: is shorter than 32 bytes'))).toBe(true)
    expect(faults(GOOD.replace('http://127.0.0.1:9000', 'http://issuer.example.com')).some((line) => line.includes('must be https'))).toBe(true)
  })

  it('refuses names used twice, groups of nobody and trust entries that do not exist', () => {
    const found = faults(
      GOOD.replace("{claim_values: [owners], subjects: ['corp#maria']}", "{}\n    night-shift: {subjects: ['other#x'], trust: [third]}").replace(
        'targets:\n',
        "targets:\n  - {name: orders, protocol: postgres, postgres: {host: localhost, database: a, user: b, password: {file: secret.txt}, tls: {mode: disable}}}\n",
      ),
    )
    expect(found.map((line) => line.replace(/^\d+:\d+ /, ''))).toEqual([
      'reviewers.groups.data-owners: has neither claim_values nor subjects, so nobody could be in it',
      'reviewers.groups.night-shift.subjects[0]: there is no trust entry other',
      'reviewers.groups.night-shift.trust[0]: there is no trust entry third',
      'targets[1].name: another target is already called orders',
    ])
  })

  it('refuses broken YAML, doubled keys and a file that is not there', () => {
    expect(faults('version: 1\nlisten: {postgres: [')[0]).toMatch(/^2:/)
    expect(faults(`${GOOD}version: 1\n`)[0]).toMatch(/unique/)
    expect(() => loadConfig(join(folder, 'absent.yaml'))).toThrow(/absent.yaml: cannot be read: ENOENT/)
    expect(faults('just text')[0]).toMatch(/^1:1 the file: /)
  })

  it('does not unfold an alias bomb', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
    for (let i = 1; i < 9; i += 1) bomb.push(`${'b'.repeat(i)}: &${'b'.repeat(i)} [${Array(9).fill(`*${i === 1 ? 'a' : 'b'.repeat(i - 1)}`).join(',')}]`)
    expect(faults(bomb.join('\n'))[0]).toMatch(/alias/i)
  })

  it('has a sentence for every option of its reference', () => {
    const options = describeOptions()
    expect(options.length).toBeGreaterThan(50)
    expect(options.filter((option) => option.text === '')).toEqual([])
    expect(options.find((option) => option.key === 'targets[].postgres.password')?.type).toBe('secret')
    expect(options.find((option) => option.key === 'limits.max_row_bytes')).toMatchObject({ default: '33554432', unit: 'bytes' })
  })
})
