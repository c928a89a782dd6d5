import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
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
        '/b.yaml:3:3: approval one: this name is taken by /a.yaml',
        '/b.yaml:6:55: rule other: verb "selct" is not known, did you mean "select"?',
        '/b.yaml:6:62: rule other: verb "truncat" is not known, did you mean "truncate"?',
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
    expect(faultsOf(GOOD.replace('[owners]', '[owner]'), KNOWN)).toEqual(['3:29 approval one: no group "owner" is configured, did you mean "owners"?'])
  })
  it('two slots for the same groups in one approval are refused', () => {
    expect(faultsOf('version: 1\napprovals: { a: { slots: [{ groups: [x, y] }, { groups: [y, x] }] } }\nrules: [{ id: r, decision: allow }]\n').join()).toMatch(/larger quorum/)
  })
})

describe('a fault hides no other, and is told once', () => {
  it('all of a file: schema and meaning, in rules and approvals, in the order of the file', () => {
    const source = `version: 1
approvals:
  one: { slots: [{ groups: [owners] }] }
  late: { slots: [{ groups: [ownrs], quorum: 1 }, { groups: [owners], quorum: many }], expires: soon }
  two words: { slots: [{ groups: [owners] }] }
  strange: { slots: [{ groups: [strangers] }] }
rules:
  - { id: perhaps, on: { protocol: postgres, target: ordrs }, decision: perhaps }
  - id: typing
    on: { protocol: postgres, verbs: [select, selct], atributes: { has_where: true } }
    decision: allow
  - { id: alone, reason: x, on: { verbs: [delete] }, decision: hold }
  - { id: lost, reason: x, on: { verbs: [delete] }, decision: hold, approval: [one, ona] }
  - { id: refers, reason: x, on: { verbs: [delete] }, decision: hold, approval: late }
  - { id: perhaps, on: { verbs: [show] }, decision: allow, when: 'op.acton == "x"' }
  - id: twice
    decision: allow
    decision: deny
    on: { verbs: [nonsense] }
  - { on: { verbs: [connect], target: '!orders' }, reason: x, decision: deny, limit: { rows: 0 } }
  - just a word
  - { id: numbers, on: { attributes: { has_where: 'yes', constructor: 1 }, protocol: postgres }, mask: [{ column: email, style: hash }], decision: allow }
  - { id: sound, on: { protocol: postgres, target: orders, verbs: [select] }, decision: allow }
`
    expect(faultsOf(source, KNOWN)).toEqual([
      '4:30 approval late: no group "ownrs" is configured, did you mean "owners"?',
      '4:79 approvals.late.slots.1.quorum: Invalid input: expected number, received string',
      '4:97 approvals.late.expires: write a duration as 90s, 15m, 2h or 1d',
      '5:3 approvals.two words: use letters, digits, dots, dashes and underscores (at most 100)',
      '6:33 approval strange: no group "strangers" is configured',
      '8:54 rule perhaps: there is no target "ordrs" of protocol postgres, did you mean "orders"?',
      '8:73 rules.0.decision: Invalid option: expected one of "allow"|"hold"|"deny"',
      '10:47 rule typing: verb "selct" is not known, did you mean "select"?',
      '10:55 rules.1.on: unknown key "atributes", did you mean "attributes"?',
      '12:64 rule alone: a hold needs an approval: who may say yes?',
      '13:85 rule lost: no approval "ona" is defined, did you mean "one"?',
      '15:11 rule perhaps: this id is taken by p.yaml:8',
      expect.stringMatching(/^15:66 rule perhaps: .*acton/),
      '18:5 Map keys must be unique',
      '20:5 rules.7.id: is missing',
      '20:39 rules.7.on.target: a list of only "!" patterns matches nothing: add "*" (or "*.*" for a relation)',
      '20:94 rules.7.limit.rows: Too small: expected number to be >=1',
      '21:5 rules.8: Invalid input: expected object, received string',
      '22:51 rule numbers: attribute "has_where" is a boolean',
      '22:58 rule numbers: attribute "constructor" is not known',
      '22:115 rules.9.mask.0.column: write a column as schema.table.column; "*" may stand in each of the three',
    ])
  })
  it('all of every file, in the order of their names, the ones that cannot be read included', () => {
    writeFileSync(join(dir, 'c.yaml'), 'version: 1\nrules:\n  - { id: unclosed, decision: perhaps\n')
    writeFileSync(join(dir, 'b.yaml'), `${GOOD}  - { id: second, on: { verbs: [selct] }, decision: allow }\n  - { id: third, decision: perhaps }\n`)
    writeFileSync(join(dir, 'a.yaml'), GOOD.replace('version: 1', 'version: 3').replace('[owners]', '[owner]').replace('target: orders', 'target: [orders, ordrs]'))
    mkdirSync(join(dir, 'd.yaml'))
    try {
      loadPolicies(dir, KNOWN)
      expect.unreachable()
    } catch (error) {
      expect((error as PolicyError).faults.map((fault) => `${fault.file.slice(dir.length + 1)}:${fault.line}:${fault.column} ${fault.message}`)).toEqual([
        'a.yaml:1:10 version: this release reads version 1',
        'a.yaml:3:29 approval one: no group "owner" is configured, did you mean "owners"?',
        'a.yaml:6:48 rule read: there is no target "ordrs" of protocol postgres, did you mean "orders"?',
        expect.stringMatching(/^b\.yaml:3:3 approval one: this name is taken by .*a\.yaml$/),
        expect.stringMatching(/^b\.yaml:5:9 rule read: this id is taken by .*a\.yaml:5$/),
        'b.yaml:8:33 rule second: verb "selct" is not known, did you mean "select"?',
        'b.yaml:9:28 rules.2.decision: Invalid option: expected one of "allow"|"hold"|"deny"',
        expect.stringMatching(/^c\.yaml:4:1 Flow map/),
        'd.yaml:0:0 not a regular file',
      ])
    }
  })
  it.each([
    ['a key written wrong is not missing', 'rules: [{ ide: r, decision: allow }]\nversion: 1\n', ['1:11 rules.0: unknown key "ide", did you mean "id"?']],
    ['a list written under a wrong key is not missing', 'version: 1\napprovals: { one: { slots: [{ grups: [owners] }] } }\nrules: [{ id: r, decision: allow }]\n', [/did you mean "groups"/]],
    ['a list that is missing is missing once', 'version: 1\napprovals: { one: { slots: [{}] } }\nrules: [{ id: r, decision: allow }]\n', ['2:29 approvals.one.slots.0.groups: is missing']],
    ['a hold that lost its decision lost nothing else', 'version: 1\nrules: [{ id: r, on: { verbs: [delete] }, when: phase == "x", approval: one, record: full }]\napprovals: { one: { slots: [{ groups: [owners] }] } }\n', [/^2:9 rule r: nothing follows/]],
    ['a key that a list took in is not missing', 'version: 1\nrules:\n  - id: r\n    on:\n      verbs:\n        - select\n        - decision: allow\n', [/^7:11 rules\.0\.on\.verbs\.1: /]],
    ['a mask with everything else of a decision lacks the decision', 'version: 1\nrules: [{ id: r, on: { verbs: [delete] }, mask: [{ column: a.b.c, style: hash }], record: full }]\n', [/^2:24 rule r: .*give it a decision/]],
    ['a hold whose approval is written wrong has one', 'version: 1\nrules: [{ id: r, reason: x, decision: hold, aproval: one }]\n', [/unknown key "aproval"/]],
    ['a rule whose decision is written wrong has consequences', 'version: 1\nrules: [{ id: r, decison: deny }]\n', [/unknown key "decison"/]],
    ['what an unreadable access is for may be there', 'version: 1\nrules: [{ id: r, on: { access: read, relations: 7 }, decision: allow }]\n', [/on\.relations/]],
    ['an approval that is faulty exists', 'version: 1\napprovals: { one: 7 }\nrules: [{ id: r, reason: x, decision: hold, approval: one }]\n', [/approvals\.one: Invalid input/]],
    ['approvals under a wrong key exist', 'version: 1\naprovals: { one: {} }\nrules: [{ id: r, reason: x, decision: hold, approval: one }]\n', [/unknown key "aprovals"/]],
    ['an approval that could be read two ways exists', `version: 1\napprovals: { one: { slots: &s [{ groups: [owners] }] } }\nrules: [{ id: r, reason: x, decision: hold, approval: one }]\n`, [/anchors/]],
    ['an alias is not the empty value it is read as', `version: 1\nrules: [{ id: r, reason: x, decision: *d }, { id: s, decision: perhaps }]\n`, [/aliases/, /rules\.1\.decision/]],
    ['a protocol nobody knows has neither targets nor verbs', 'version: 1\nrules: [{ id: r, on: { protocol: constructor, target: orders, verbs: [x] }, decision: allow, when: attributes.has_where }]\n', [/protocol "constructor" is not known/]],
    ['a file with no YAML in it says nothing of its rules', 'version: 1\nrules: [{ id: r, decision: perhaps }\n', [/Flow sequence/i]],
  ])('%s', (_name, source, expected) => {
    const faults = faultsOf(source, KNOWN)
    expect(faults).toEqual(expected.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))))
  })
  it('an error of the syntax is told once, and hides nothing that stands before it', () => {
    const rules = (...lines: string[]) => `version: 1\nrules:\n  - { id: before, decision: perhaps }\n  - { id: other, on: { verbs: [selct] }, decision: allow }\n  - { id: sound, decision: allow }\n${lines.join('\n')}\n`
    const before = ['3:29 rules.0.decision: Invalid option: expected one of "allow"|"hold"|"deny"', '4:32 rule other: verb "selct" is not known, did you mean "select"?']
    const after = '  - { id: after, reason: it is the owner\'s, decision: allow, approval: nobody }'
    for (const slip of [
      ['  - id: slip', '     decision: allow', after], ['   - id: slip', '     decision: allow', after], ["  - { id: slip, reason: 'not closed, decision: deny }", after],
      ['  - id: slip', '    on:', '      relations:', '        - a.b', '   - a.c', '    decision: allow', after], ['  - [slip]: x', after],
      ['  - { id: slip, decision: deny', after], ['  - { id: slip } }', after, after], ['  - id: slip', '\tdecision: allow', after], ['---', 'version: 1'],
    ]) {
      const faults = faultsOf(rules(...slip))
      expect(faults.slice(0, 2), slip.join('\n')).toEqual(before)
      expect(faults.slice(2), slip.join('\n')).toEqual([expect.stringMatching(/^([6-9]|10):/)])
    }
  })
  it('however a file is damaged, it is taken or refused with places inside it, and never crashes the reader', () => {
    const sound = readFileSync(fileURLToPath(new URL('../../policies/quickstart.yaml', import.meta.url)), 'utf8')
    const piece = fc.constantFrom('{', '}', '[', ']', ':', '- ', '&a ', '*a', '!!x ', '\n', '  ', 'null', '7', '"', "'", '#', 'id', 'decision: deny', '__proto__: 1', 'constructor: x', '\t', '? ', '---\n', '')
    const damage = fc.record({ at: fc.nat(sound.length), remove: fc.nat(12), insert: piece })
    let refused = 0
    fc.assert(fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
      const source = damages.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), sound)
      const lines = source.split('\n')
      try {
        compilePolicies([{ file: 'p.yaml', bytes: Buffer.from(source) }])
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error
        refused++
        for (const { line, column } of error.faults) expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
      }
    }), { numRuns: 300 })
    expect(refused).toBeGreaterThan(50)
  })
  it('at most 200 are told, the first of the first file', () => {
    const many = `version: 1\nrules:\n${Array.from({ length: 300 }, (_, index) => `  - { id: r${index}, decision: perhaps, on: { verbs: [x] } }\n`).join('')}`
    const faults = faultsOf(many)
    expect(faults).toHaveLength(200)
    expect(faults.at(-1)).toMatch(/^102:\d+ rule r99: verb "x"/)
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
  it('one line says what is wrong with it and where, also where it has several', () => {
    expect(when('op.acton == "x"')).toBe('4:65 rule r: No such key: acton (in the expression at 1:4)')
    expect(faultsOf('version: 1\nrules:\n  - id: r\n    decision: allow\n    when: |\n      true &&\n        process == 1\n')).toEqual([
      '5:11 rule r: Unknown variable: process (in the expression at 2:3)',
    ])
  })
  it('a sound one is taken', () => {
    expect(when('attributes.has_where && op.relations.all(r, glob("public.*", r))')).toBe('')
  })
})
