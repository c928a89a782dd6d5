import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../src/errors.ts'
import { type Import, readSources, ROOT, type Source, sourceOf } from './support/sources.ts'

// The three rules that are not left to care: who mints, who dials, who imports whom. Every check is a function over sources, and is
// shown to fail on samples that break its rule, so that a check which sees nothing is noticed.

const SOURCES = readSources()
const PERMIT = 'enforcement/permit.ts'

/** What a check found, as `path: what`. */
type Check = (sources: readonly Source[]) => readonly string[]

const each = (look: (source: Source) => readonly string[]): Check => (sources) => sources.flatMap((source) => look(source).map((fault) => `${source.path}: ${fault}`))
const sample = (path: string, text: string): readonly Source[] => [sourceOf(path, text)]
/** Without whole-line comments, in which a word does no harm. */
const code = (text: string): string => text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length

// ---- the import arrows (STYLE: who may import whom; ARCHITECTURE.md prints this table)

/** These count as main: they build the services, or run beside them. */
const MAIN = ['main.ts', 'program.ts', 'serve.ts', 'setup.mjs', 'offline/', 'quickstart/', 'bench/']
/** Types that layers hand to each other. As types, anybody below may import them. */
const CONTRACTS = ['gateway/command.ts', 'policy/verdict.ts', 'recording/entry.ts', 'approvals/hold.ts', 'errors.ts']

interface Arrow {
  /** May be imported by value. */
  readonly values: readonly string[]
  /** May be imported as types only, besides the contracts. */
  readonly types: readonly string[]
  /** Without the contracts: this layer is below them. */
  readonly bare?: true
}

const ARROWS: Readonly<Record<string, Arrow>> = {
  'errors.ts': { values: [], types: [], bare: true },
  'log.ts': { values: [], types: [], bare: true },
  'metrics.ts': { values: [], types: [], bare: true },
  'config': { values: ['errors.ts'], types: [] },
  'gateway/command.ts': { values: [], types: [], bare: true },
  'gateway/': { values: ['enforcement/'], types: ['protocols/adapter.ts'] },
  'enforcement/': { values: ['errors.ts'], types: [] },
  'policy/': { values: ['errors.ts', 'gateway/command.ts'], types: [] },
  'approvals/': { values: ['errors.ts'], types: ['store/store.ts'] },
  'masking/': { values: ['errors.ts'], types: [] },
  'recording/': { values: ['errors.ts'], types: [] },
  'store/': { values: ['errors.ts'], types: [] },
  'notify/': { values: ['errors.ts'], types: ['store/store.ts'] },
  'identity/': { values: ['errors.ts', 'config'], types: ['store/store.ts'] },
  'protocols/adapter.ts': { values: [], types: ['enforcement/permit.ts', 'enforcement/refusal.ts'] },
  'protocols/index.ts': { values: ['protocols/*/adapter.ts'], types: [] },
  'protocols/*/': { values: ['errors.ts', 'gateway/command.ts', 'enforcement/permit.ts', 'enforcement/refusal.ts', 'masking/'], types: ['protocols/adapter.ts'] },
  'admin/': { values: ['errors.ts', 'identity/'], types: ['approvals/', 'policy/', 'recording/', 'store/store.ts', 'log.ts', 'metrics.ts'] },
  'cli/': { values: [], types: ['admin/', 'recording/'], bare: true },
  'console/': { values: [], types: [], bare: true },
}

function fits(path: string, pattern: string): boolean {
  const expression = pattern.replace(/[.]/g, '\\.').replace(/\*/g, '[^/]+')
  return new RegExp(pattern.endsWith('/') ? `^${expression}` : pattern === 'config' ? '^config(-[a-z]+)?\\.ts$' : `^${expression}$`).test(path)
}

/** The most particular entry that fits: `gateway/command.ts` before `gateway/`. */
function layerOf(path: string): string | undefined {
  return Object.keys(ARROWS).filter((pattern) => fits(path, pattern)).sort((a, b) => b.length - a.length)[0]
}

function samePlace(from: string, to: string, layer: string): boolean {
  if (layerOf(to) !== layer) return false
  // One protocol never imports another.
  return layer !== 'protocols/*/' || from.split('/')[1] === to.split('/')[1]
}

const arrows = each(({ path, imports, opaque }) => {
  const faults = opaque.map((what) => `imports in a way nobody can check: ${what}`)
  if (MAIN.some((main) => fits(path, main))) return faults
  const layer = layerOf(path)
  if (layer === undefined) return [...faults, 'belongs to no layer of the table']
  const { values, types, bare } = ARROWS[layer] as Arrow
  for (const { module, typeOnly } of imports) {
    if (!/\.(ts|mjs|js)$/.test(module) || samePlace(path, module, layer)) continue
    const allowed = typeOnly ? [...values, ...types, ...(bare ? [] : CONTRACTS)] : values
    if (!allowed.some((pattern) => fits(module, pattern))) faults.push(`must not import ${module}${typeOnly ? ', not even its types' : ' by value'}`)
  }
  return faults
})

// ---- who mints

/** Who may build an enforcement point, from the store, journal and policy of a configuration. */
const BUILDERS = ['serve.ts', 'offline/try-targets.ts']

const minting: Check = (sources) => {
  const faults: string[] = []
  for (const { path, text, imports } of sources) {
    if (path === PERMIT) continue
    for (const { module, names } of imports) {
      if (module !== PERMIT) continue
      if (names.includes('*')) faults.push(`${path}: takes the whole of ${PERMIT}`)
      const isProtocol = path.startsWith('protocols/')
      const isUpstream = /^protocols\/[^/]+\/upstream\.ts$/.test(path)
      for (const name of names) {
        if (isProtocol && !['spendPermit', 'spendAnalysisPermit', 'spendMeasurePermit', 'continuePermit', 'digestOf'].includes(name)) faults.push(`${path}: a protocol takes ${name}`)
        if (!isUpstream && ['spendPermit', 'spendAnalysisPermit', 'spendMeasurePermit', 'continuePermit'].includes(name)) faults.push(`${path}: spends a permit it should hand to an upstream`)
        if (name === 'createEnforcementPoint' && !isProtocol && !BUILDERS.includes(path)) faults.push(`${path}: makes an enforcement point of its own`)
      }
    }
    if (/\bMINT\b|\bPermitClass\b|\bclass\s+\w*Permit\b|\bas unknown as Permit\b|\bas any as Permit\b|<Permit>\s*\(?\{|\bas Permit\b/.test(code(text))) faults.push(`${path}: makes, or pretends to have, a Permit`)
  }
  return faults
}

/** What permit.ts itself must look like: one key, one class, neither of them exported. */
const mintFile: Check = each(({ text }) => {
  const body = code(text)
  const faults: string[] = []
  if (count(body, /\bSymbol\(/g) !== 1 || !/^const MINT = Symbol\('mint'\)$/m.test(body)) faults.push('there is one key, a fresh symbol')
  if (/Symbol\.for\b/.test(body)) faults.push('the key is in no registry')
  if (/export\s+(default\s+)?(abstract\s+)?class|export\s*\{|export\s+\*|export\s+(const|let|var)/.test(body)) faults.push('exports more than functions and types')
  if (!/private constructor\(key: symbol,[^)]*\) \{\n\s+if \(key !== MINT\) throw/.test(body)) faults.push('the constructor asks for the key first')
  if (count(body, /PermitClass\.mint\(MINT,/g) !== count(body, /\bMINT,/g)) faults.push('the key is handed to the class only')
  if (count(body, /\bMINT\b/g) !== 2 + count(body, /PermitClass\.mint\(MINT,/g)) faults.push('the key is used for something else')
  if (!body.includes('Object.freeze(PermitClass)') || !body.includes('Object.freeze(PermitClass.prototype)')) faults.push('the class can be bent at run time')
  return faults
})

// ---- who dials

/** Everything that could open a connection, or have a program do so. Names beside a module are harmless. */
const DIALLING: Readonly<Record<string, readonly string[]>> = {
  'node:net': ['createServer', 'isIP', 'isIPv4', 'isIPv6', 'Server', 'BlockList'],
  'node:tls': ['createSecureContext', 'createServer', 'TLSSocket', 'rootCertificates'],
  'node:http': ['createServer', 'STATUS_CODES', 'METHODS', 'Server'],
  'node:https': ['createServer', 'Server'],
  'node:http2': ['createServer', 'createSecureServer', 'constants'],
  'node:dgram': [],
  'node:dns': [],
  'node:dns/promises': [],
  'node:child_process': [],
  'node:cluster': [],
  'undici': [],
  'pg': [],
  'postgres': [],
  'openid-client': [],
  'ssh2': [],
  'ws': [],
  'nodemailer': [],
}

/** Connections to something that is not a target, each with why it may be made. */
const OTHER_CONNECTIONS: Readonly<Record<string, string>> = {
  'identity/oidc.ts': 'asks an issuer for its keys; has no target and no permit to use',
  'cli/client.ts': 'the command line talks to the admin API',
  'config-secret.ts': 'runs the program that an operator configured to print a secret',
  'setup.mjs': 'runs npm and the compiler before anything of the gateway is loaded',
  'quickstart/': 'starts and fills the demonstration servers, and plays their clients',
  'bench/': 'measures the gateway beside other ways to the target',
}

const isUpstream = (path: string): boolean => /^protocols\/[^/]+\/upstream\.ts$/.test(path)

const dialling = each(({ path, text, imports }) => {
  if (isUpstream(path) || Object.keys(OTHER_CONNECTIONS).some((pattern) => fits(path, pattern))) return []
  const faults = imports.flatMap(({ module, names, typeOnly }: Import) => {
    const harmless = DIALLING[module]
    if (typeOnly || harmless === undefined) return []
    return names.filter((name) => !harmless.includes(name)).map((name) => `may dial with ${name} of ${module}`)
  })
  const body = code(text)
  if (/\bfetch\s*\(|\bnew (WebSocket|EventSource)\b|\bglobalThis\b/.test(body)) faults.push('may dial with a global')
  for (const [, rest = ''] of body.matchAll(/new TLSSocket\(([^)]*)/g)) if (!rest.includes('isServer: true')) faults.push('may dial with a TLSSocket that is no server')
  return faults
})

interface Declared {
  readonly name: string
  readonly exported: boolean
  readonly parameters: string
  readonly body: string
}

/** Top-level functions; their bodies end with a brace at the start of a line. */
function functionsOf(text: string): readonly Declared[] {
  return [...text.matchAll(/^(export )?(?:async )?function\*? (\w+)(?:<[^>]*>)?\(([^)]*)\)[^\n]*\{\n([\s\S]*?)^\}/gm)].map(([, exported, name = '', parameters = '', body = '']) => ({ name, exported: exported !== undefined, parameters, body }))
}

/** Names of functions that write or dial (`bytes.write` fills a buffer), themselves or by what they call. */
function writers(functions: readonly Declared[]): ReadonlySet<string> {
  const found = new Set(functions.filter(({ body }) => /(?<!\bbytes)\.(write|end)\(|\bconnectTcp\(|\bconnectTls\(|\bconnect\(|\bcreateConnection\(|\brequest\(|\bfetch\(/.test(body)).map(({ name }) => name))
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const { name, body } of functions) if ([...found].some((other) => new RegExp(`(?<![.\\w])${other}\\(`).test(body))) found.add(name)
  }
  return found
}

const upstreamFile = each(({ path, text }) => {
  if (!isUpstream(path)) return []
  const body = code(text)
  const functions = functionsOf(body)
  const writing = writers(functions)
  const faults: string[] = []
  if (functions.length !== count(body, /^(export )?(async )?function\b/gm)) faults.push('a function could not be read')
  if (/^export (?!(async )?function\b|interface\b|type\b)/m.test(body)) faults.push('exports more than functions and types')
  for (const { name, exported, parameters, body: inside } of functions) {
    if (!exported || !writing.has(name)) continue
    if (!/^\s*permit: (Analysis|Measure)?Permit\b/.test(parameters)) faults.push(`${name} can write and does not take a Permit first`)
    const gate = /\b(spendPermit|spendAnalysisPermit|spendMeasurePermit|continuePermit)\(permit\b/.exec(inside)
    const firstWrite = [...writing].flatMap((writer) => new RegExp(`(?<![.\\w])${writer}\\(`).exec(inside)?.index ?? []).concat(/(?<!\bbytes)\.(write|end)\(/.exec(inside)?.index ?? []).sort((a, b) => a - b)[0]
    if (gate === null || firstWrite === undefined || gate.index > firstWrite) faults.push(`${name} writes before its permit is spent`)
  }
  return faults
})

// ---- the rest of the house

const manners = each(({ path, text }) => [
  ...(/\b(TODO|FIXME|XXX|HACK)\b/.test(text) ? ['holds a note to do it later'] : []),
  ...(/(^|["'`\s(])\/(home|root|work|farm|Users)\//m.test(text) ? ['names a path of one machine'] : []),
  ...(/\bdebugger\b|\bit\.only\b/.test(code(text)) ? ['stops for a debugger'] : []),
  ...(/^export default\b/m.test(text) ? ['has a default export'] : []),
  ...(/@ts-(ignore|nocheck)/.test(text) ? ['hides from the compiler'] : []),
  ...(/from '\.[^']*(?<!\.ts|\.mjs|\.json)'/.test(text) && path.endsWith('.ts') ? ['imports one of our files without its ending'] : []),
])

const errorCodes = each(({ path, text }) =>
  [...code(text).matchAll(/new GatewayError\(\s*(?:'([^']*)'|`([^`]*)`)/g)].map((match) => match[1] ?? match[2] ?? '').filter((name) => !(name in ERROR_CODES)).map((name) => `throws ${name}, which errors.ts does not list in ${path}`),
)

function expectRule(check: Check, sources: readonly Source[] = SOURCES): void {
  expect(check(sources)).toEqual([])
}

describe('the sources', () => {
  it('are all seen: every layer of the table but those yet to come has files, and imports are found in nearly all', () => {
    const empty = Object.keys(ARROWS).filter((layer) => !SOURCES.some(({ path }) => layerOf(path) === layer))
    expect(empty.filter((layer) => !['notify/', 'console/'].includes(layer))).toEqual([])
    const found = SOURCES.reduce((sum, { imports }) => sum + imports.length, 0)
    const said = SOURCES.reduce((sum, { text }) => sum + count(text, /^(import\b|export\b.* from ')/gm), 0)
    expect(found).toBeGreaterThanOrEqual(said)
    expect(said).toBeGreaterThan(200)
  })
})

describe('only enforcement/permit.ts mints', () => {
  it('no other file reaches the key, the class or a way to pretend', () => expectRule(minting))

  it('and the file itself keeps the key in', () => expectRule(mintFile, SOURCES.filter(({ path }) => path === PERMIT)))

  it.each([
    ["gateway/listener.ts", "import * as permits from '../enforcement/permit.ts'"],
    ["admin/server.ts", "import { createEnforcementPoint } from '../enforcement/permit.ts'"],
    ["protocols/postgres/lane.ts", "import { spendPermit } from '../../enforcement/permit.ts'"],
    ["protocols/postgres/upstream.ts", "import { createEnforcementPoint } from '../../enforcement/permit.ts'"],
    ["gateway/session.ts", 'const permit = {} as unknown as Permit'],
    ["gateway/session.ts", 'class FreePermit {}'],
  ])('a file that goes round it is noticed: %s with %s', (path, text) => {
    expect(minting(sample(path, text))).toHaveLength(1)
  })

  it('a permit.ts that gives the key away is noticed', () => {
    const { text } = SOURCES.find(({ path }) => path === PERMIT)!
    for (const [from, to] of [['const MINT', 'export const MINT'], ['class PermitClass', 'export class PermitClass'], ["Symbol('mint')", "Symbol.for('mint')"], ['if (key !== MINT) throw', 'if (false) throw'], ['Object.freeze(PermitClass)\n', '']] as const) {
      expect(text).toContain(from)
      expect(mintFile(sample(PERMIT, text.replace(from, to))), `${from} -> ${to}`).not.toEqual([])
    }
    expect(mintFile(sample(PERMIT, `${text}\nexport function key(): symbol {\n  return MINT\n}\n`))).not.toEqual([])
  })
})

describe('only protocols/<p>/upstream.ts dials a target', () => {
  it('nothing else under src can open a connection, but for those named here with their reason', () => {
    expectRule(dialling)
    for (const exception of Object.keys(OTHER_CONNECTIONS)) expect(SOURCES.some(({ path }) => fits(path, exception)), `${exception} is gone: strike it from the list`).toBe(true)
  })

  it('every exported function that can write takes a permit first, and spends it before it writes', () => {
    expectRule(upstreamFile)
    const { text } = SOURCES.find(({ path }) => path === 'protocols/postgres/upstream.ts')!
    const functions = functionsOf(code(text))
    expect([...writers(functions)].filter((name) => functions.some((one) => one.name === name && one.exported)).sort()).toEqual(['analyse', 'analyseAsFunction', 'ask', 'cancel', 'connect', 'send', 'sendBeforeSync', 'sendInput'])
  })

  it.each([
    ['protocols/postgres/lane.ts', "import { connect } from 'node:net'"],
    ['protocols/postgres/lane.ts', "import net from 'net'"],
    ['protocols/postgres/database.ts', "import { Socket, type Server } from 'node:net'"],
    ['protocols/postgres/adapter.ts', "const net = await import('node:net')"],
    ['gateway/corridor.ts', "import { connect as dial } from 'node:tls'"],
    ['gateway/corridor.ts', "export * from 'node:http'"],
    ['enforcement/permit.ts', "import { request } from 'node:https'"],
    ['recording/recorder.ts', "void fetch('http://target')"],
    ['masking/rules.ts', "import { spawn } from 'node:child_process'"],
    ['protocols/postgres/handshake.ts', 'const secure = new TLSSocket(socket, { rejectUnauthorized: false })'],
    ['admin/server.ts', "import pg from 'pg'"],
  ])('another way is noticed: %s with %s', (path, text) => {
    expect(dialling(sample(path, text))).toHaveLength(1)
  })

  it.each([
    ['no permit', 'export function send(upstream: Upstream, bytes: Buffer): void {\n  upstream.socket.write(bytes)\n}\n'],
    ['a permit that is not spent', 'export function send(permit: Permit, upstream: Upstream): void {\n  upstream.socket.write(permit.commandId)\n}\n'],
    ['a permit spent too late', 'export function send(permit: Permit, upstream: Upstream): void {\n  write(upstream)\n  spendPermit(permit, bytes)\n}\nfunction write(upstream: Upstream): void {\n  upstream.socket.write(bytes)\n}\n'],
    ['a permit that is not the first', 'export function send(upstream: Upstream, permit: Permit): void {\n  spendPermit(permit, bytes)\n  upstream.socket.end(bytes)\n}\n'],
    ['an arrow', 'export const send = (upstream: Upstream) => upstream.socket.write(bytes)\n'],
  ])('a writer with %s is noticed', (_what, text) => {
    expect(upstreamFile(sample('protocols/postgres/upstream.ts', text))).not.toEqual([])
  })

  it('computed imports and require are noticed', () => {
    for (const text of ['const m = await import(name)', "const net = require('net')", "import { createRequire } from 'node:module'\nconst load = createRequire(import.meta.url)", "process.getBuiltinModule('net')", 'new Function(text)']) {
      expect(arrows(sample('gateway/corridor.ts', text)), text).not.toEqual([])
    }
  })
})

describe('the import arrows', () => {
  it('are those of the table', () => expectRule(arrows))

  it.each([
    ['protocols/postgres/lane.ts', "import { openStore } from '../../store/sqlite.ts'"],
    ['protocols/postgres/lane.ts', "import type { PolicySet } from '../../policy/load.ts'"],
    ['protocols/postgres/lane.ts', "import { x } from '../ssh/codec.ts'"],
    ['admin/server.ts', "import { digestOf } from '../enforcement/permit.ts'"],
    ['admin/server.ts', "import type { Permit } from '../enforcement/permit.ts'"],
    ['admin/server.ts', "import { createRecorder } from '../recording/recorder.ts'"],
    ['policy/evaluate.ts', "import { openStore } from '../store/sqlite.ts'"],
    ['policy/evaluate.ts', "import { type Store, openStore } from '../store/sqlite.ts'"],
    ['approvals/queue.ts', "import { loadPolicies } from '../policy/load.ts'"],
    ['enforcement/permit.ts', "import { createEvaluator } from '../policy/evaluate.ts'"],
    ['cli/holds.ts', "import { openStore } from '../store/sqlite.ts'"],
    ['cli/holds.ts', "import { readRecording } from '../recording/replay.ts'"],
    ['store/sqlite.ts', "export { runLane } from '../gateway/corridor.ts'"],
    ['errors.ts', "import type { Command } from './gateway/command.ts'"],
    ['gateway/corridor.ts', "import { serve } from '../serve.ts'"],
    ['somewhere/new.ts', 'export const a = 1'],
  ])('one against it is noticed: %s with %s', (path, text) => {
    expect(arrows(sample(path, text))).toHaveLength(1)
  })

  it.each([
    ['protocols/postgres/lane.ts', "import type { Command } from '../../gateway/command.ts'"],
    ['policy/evaluate.ts', "import { type Command, mostConsequential } from '../gateway/command.ts'"],
    ['admin/server.ts', "import type { ApprovalQueue } from '../approvals/queue.ts'"],
    ['serve.ts', "import { openStore } from './store/sqlite.ts'"],
  ])('one along it is not: %s with %s', (path, text) => {
    expect(arrows(sample(path, text))).toEqual([])
  })

  it('stand in ARCHITECTURE.md as they stand here', () => {
    const document = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
    const rows = Object.entries(ARROWS).map(([layer, { values, types, bare }]) => `| \`${layer}\` | ${listed(values)} | ${listed(types)} | ${bare ? 'no' : 'yes'} |`)
    for (const row of rows) expect(document).toContain(row)
    for (const [path, why] of Object.entries(OTHER_CONNECTIONS)) expect(document).toContain(`| \`${path}\` | ${why} |`)
  })
})

const listed = (paths: readonly string[]): string => (paths.length === 0 ? '-' : paths.map((path) => `\`${path}\``).join(', '))

describe('manners', () => {
  it('no note to do it later, no path of one machine, no default export, nothing hidden from the compiler', () => expectRule(manners))

  it.each(['// TODO: later', "const root = '/home/somebody/x'", 'export default 1', '// @ts-ignore', "import { a } from './b'"])('are looked for: %s', (text) => {
    expect(manners(sample('gateway/session.ts', text))).toHaveLength(1)
  })
})

describe('error codes', () => {
  it('are listed once in errors.ts, and every one thrown is listed', () => {
    expectRule(errorCodes)
    const { text } = SOURCES.find(({ path }) => path === 'errors.ts')!
    for (const name of Object.keys(ERROR_CODES)) expect(count(text, new RegExp(`^  ${name}: '`, 'gm')), name).toBe(1)
    expect(errorCodes(sample('gateway/session.ts', "throw new GatewayError('no_such_code', 'x')"))).toHaveLength(1)
  })

  it('are each used somewhere, and documented in ARCHITECTURE.md', () => {
    const document = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
    const elsewhere = SOURCES.filter(({ path }) => path !== 'errors.ts').map(({ text }) => text).join('\n')
    for (const [name, meaning] of Object.entries(ERROR_CODES)) {
      expect(elsewhere, `${name} is never used`).toContain(`'${name}'`)
      expect(document, `${name} is not documented`).toContain(`| \`${name}\` | ${meaning} |`)
    }
  })
})
