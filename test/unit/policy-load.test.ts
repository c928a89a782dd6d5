import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compilePolicies, loadPolicies, PolicyError } from '../../src/policy/load.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdpoint-policy-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const GOOD = `version: 1
approvals:
  one: { slots: [{ groups: [owners] }] }
rules:
  - id: read
    on: { protocol: postgres, target: orders, verbs: [select] }
    decision: allow
`
const KNOWN = { targets: [{ name: 'orders', protocol: 'postgres', labels: {} }], groups: ['owners'] }

function faultsOf(source: string, known = {}) {
  try {
    compilePolicies([{ file: 'p.yaml', bytes: Buffer.from(source) }], known)
  } catch (error) {
    if (error instanceof PolicyError) return error.faults.map(({ line, column, message }) => `${line}:${column} ${message}`)
    throw error
  }
  return []
}

function ruleFaults(rule: string, known = {}) {
  return faultsOf(`version: 1\napprovals: { one: { slots: [{ groups: [owners] }] } }\nrules:\n  - ${rule}\n`, known)
}

describe('loading a folder', () => {
  it('takes the yaml files beside each other, leaves cases and subfolders out, and versions names and bytes', () => {
    writeFileSync(join(dir, 'a.yaml'), GOOD)
    writeFileSync(join(dir, 'a.cases.yaml'), 'not a policy')
    const first = loadPolicies(dir, KNOWN)
    expect(first.rules.map((rule) => [rule.id, rule.line])).toEqual([['read', 5]])
    expect(first.version).toMatch(/^[0-9a-f]{64}$/)
    expect(loadPolicies(dir, KNOWN).version).toBe(first.version)
    writeFileSync(join(dir, 'a.cases.yaml'), 'changed')
    expect(loadPolicies(dir, KNOWN).version).toBe(first.version)
    writeFileSync(join(dir, 'a.yaml'), `${GOOD}# a comment\n`)
    expect(loadPolicies(dir, KNOWN).version).not.toBe(first.version)
  })
  it('refuses a folder that is missing, empty or has no rule: everything would be denied by accident', () => {
    expect(() => loadPolicies(join(dir, 'nowhere'))).toThrow(/cannot be read \(ENOENT\)/)
    expect(() => loadPolicies(dir)).toThrow(/no \*\.yaml/)
    writeFileSync(join(dir, 'a.yaml'), 'version: 1\n')
    expect(() => loadPolicies(dir)).toThrow(/no rules at all/)
  })
  it('refuses a file over 1 MiB without reading on', () => {
    writeFileSync(join(dir, 'a.yaml'), `${GOOD}#${'x'.repeat(1 << 20)}\n`)
    expect(() => loadPolicies(dir)).toThrow(/larger than 1048576 bytes/)
  })
  it('reports the faults of all files at once, each with file, line and column, as config_invalid', () => {
    writeFileSync(join(dir, 'a.yaml'), GOOD.replace('decision: allow', 'decison: allow'))
    writeFileSync(join(dir, 'b.yaml'), GOOD.replace('id: read', 'id: other').replace('verbs: [select]', 'verbs: [selct, truncat]'))
    try {
      loadPolicies(dir, KNOWN)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'config_invalid' })
      expect((error as PolicyError).message.replaceAll(dir, '').split('\n')).toEqual([
        '/a.yaml:7:5: rules.0: unknown key "decison", did you mean "decision"?',
        '/b.yaml:6:54: rule other: verb "selct" is not known, did you mean "select"?',
        '/b.yaml:6:54: rule other: verb "truncat" is not known, did you mean "truncate"?',
      ])
    }
  })
})

describe('YAML that could mean two things is refused', () => {
  it.each([
    ['duplicate keys', 'version: 1\nversion: 1\nrules: []\n', /^2:1 .*unique/i],
    ['aliases and anchors', 'version: 1\nrules: &r []\napprovals: *r\n', /aliases|anchors/],
    ['two documents', `${GOOD}---\n${GOOD}`, /document/i],
    ['unknown tags', 'version: !!js/function 1\nrules: []\n', /tag/i],
    ['a tab as indentation', 'version: 1\nrules:\n\t- id: x\n', /tab/i],
    ['another version', 'version: 2\nrules: []\n', /^1:10 version: this release reads version 1/],
    ['nothing', '', /expected object/i],
  ])('%s', (_name, source, message) => {
    expect(faultsOf(source).join('\n')).toMatch(message)
  })
  it('bytes that are not UTF-8, and nesting without end', () => {
    expect(() => compilePolicies([{ file: 'p.yaml', bytes: Uint8Array.of(0x76, 0xff, 0xfe) }])).toThrow(/not valid UTF-8/)
    expect(faultsOf('['.repeat(200_000)).length).toBeGreaterThan(0)
  })
})

describe('rules that could not mean what their author thinks are refused', () => {
  it.each([
    ['a hold without anybody to ask', '{ id: r, reason: x, decision: hold }', /a hold needs an approval/],
    ['an approval nobody defined', '{ id: r, reason: x, decision: hold, approval: ona }', /no approval "ona" is defined, did you mean "one"\?/],
    ['an approval on an allow', '{ id: r, decision: allow, approval: one }', /only a hold has an approval/],
    ['no consequence', '{ id: r, on: { verbs: [select] } }', /nothing follows from it/],
    ['a mask for some verbs only', '{ id: r, on: { verbs: [select] }, mask: [{ column: a.b.c, style: hash }] }', /holds for everything on its targets/],
    ['a denial without a reason', '{ id: r, decision: deny }', /a denial needs a reason/],
    ['a list of exceptions only', '{ id: r, on: { relations: ["!a.b"] }, decision: allow }', /matches nothing: add/],
    ['an empty list', '{ id: r, on: { verbs: [] }, decision: allow }', /an empty list matches nothing/],
    ['a held connection', '{ id: r, reason: x, on: { verbs: [connect] }, decision: hold, approval: one }', /a connection cannot be held/],
    ['a rule for housekeeping', '{ id: r, reason: x, on: { verbs: [control] }, decision: deny }', /protocol housekeeping/],
    ['an unknown attribute', '{ id: r, on: { attributes: { has_were: true } }, decision: allow }', /attribute "has_were" is not known, did you mean "has_where"/],
    ['an attribute of the wrong type', '{ id: r, on: { attributes: { has_where: "yes" } }, decision: allow }', /attribute "has_where" is a boolean/],
    ['an access to nothing', '{ id: r, on: { access: write }, decision: allow }', /name them too/],
    ['an unknown function class', '{ id: r, on: { function_classes: [fil] }, decision: allow }', /did you mean "file"/],
    ['a mask that is not a column', '{ id: r, mask: [{ column: email, style: hash }] }', /schema\.table\.column/],
    ['an unknown protocol', '{ id: r, on: { protocol: postgre }, decision: allow }', /did you mean "postgres"/],
  ])('%s', (_name, rule, message) => {
    expect(ruleFaults(rule).join('\n')).toMatch(message)
  })
  it('ids and approval names are unique over all files', () => {
    expect(() => compilePolicies([{ file: 'a.yaml', bytes: Buffer.from(GOOD) }, { file: 'b.yaml', bytes: Buffer.from(GOOD) }])).toThrow(
      /b\.yaml:3:3: approval one: this name is taken by a\.yaml[\s\S]*b\.yaml:5:9: rule read: this id is taken by a\.yaml:5/,
    )
  })
  it('targets and groups the configuration does not know are refused, patterns that fit no target too', () => {
    expect(ruleFaults('{ id: r, on: { target: ordrs }, who: { groups: [from-a-claim] }, decision: allow }', KNOWN)).toEqual([
      '4:28 rule r: there is no target "ordrs", did you mean "orders"?',
    ])
    expect(ruleFaults('{ id: r, on: { target: "bill*" }, decision: allow }', KNOWN).join()).toMatch(/no target matches "bill\*"/)
    expect(faultsOf(GOOD.replace('[owners]', '[owner]'), KNOWN)).toEqual(['3:28 approval one: no group "owner" is configured, did you mean "owners"?'])
  })
  it('two slots for the same groups in one approval are refused', () => {
    expect(faultsOf('version: 1\napprovals: { a: { slots: [{ groups: [x, y] }, { groups: [y, x] }] } }\nrules: [{ id: r, decision: allow }]\n').join()).toMatch(/larger quorum/)
  })
})

describe('conditions are checked when they are loaded', () => {
  const when = (expression: string) => ruleFaults(`{ id: r, on: { protocol: postgres }, decision: allow, when: '${expression}' }`).join('\n')
  it.each([
    ['an unknown field', 'op.acton == "x"', /4:\d+ rule r: .*acton/],
    ['an unknown attribute', 'attributes.bonded', /bonded/],
    ['a type that does not fit', 'op.action == 3', /no such overload/i],
    ['no true or false', 'op.action', /must be true or false.*string/],
    ['a syntax error', 'op.action ==', /rule r: /],
    ['regular expressions', 'op.action.matches("^(a+)+$")', /"matches" is not offered/],
    ['regular expressions hidden in a list', 'op.relations.exists(r, r.matches("a"))', /"matches" is not offered/],
    ['a list expression inside another', 'op.relations.all(a, op.functions.exists(b, a == b))', /square of the list/],
    ['an unknown variable', 'process == 1', /process/],
    ['an expression without end', `${'!'.repeat(400)}true`, /rule r: /],
  ])('%s is refused', (_name, expression, message) => {
    expect(when(expression)).toMatch(message)
  })
  it('a sound one is taken', () => {
    expect(when('attributes.has_where && op.relations.all(r, glob("public.*", r))')).toBe('')
  })
})
