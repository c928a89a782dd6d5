import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isIP } from 'node:net'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import type { z } from 'zod'
import {
  configSchema,
  limitsSchema,
  listenSchema,
  maskingSchema,
  reviewerGroupSchema,
  reviewersSchema,
  targetSchema,
  tlsSchema,
  tokensSchema,
  trustSchema,
} from './config-schema.ts'
import type { RawSecret, RawTarget, RawTrust } from './config-schema.ts'
import { readSecret, reasonOf } from './config-secret.ts'
import { GatewayError } from './errors.ts'
import type { Principal, Target } from './gateway/command.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface TrustConfig {
  readonly name: string
  readonly issuer: string
  readonly audience: string
  /** `file`: absolute path of a JWKS. */
  readonly jwks: { readonly kind: 'discovery' } | { readonly kind: 'file'; readonly file: string }
  readonly algorithms: readonly string[]
  readonly kind: Principal['kind'] | { readonly claim: string; readonly map: Readonly<Record<string, Principal['kind']>> }
  readonly nameClaim?: string
  readonly groupsClaim?: string
  readonly ownerClaim?: string
  /** Issuer of the people `ownerClaim` names. */
  readonly ownerIssuer: string
  readonly require: Readonly<Record<string, Scalar | readonly Scalar[]>>
  readonly maxTokenLifetimeMs: number
}
type Scalar = string | number | boolean

export interface ReviewerGroup {
  readonly name: string
  readonly claimValues: readonly string[]
  /** Principal ids, `<issuer>#<subject>`. */
  readonly subjects: readonly string[]
  /** Trust names; undefined: all. */
  readonly trust?: readonly string[]
}

export interface TargetConfig extends Target {
  readonly protocol: 'postgres'
  readonly postgres: {
    readonly host: string
    readonly port: number
    readonly database: string
    /** Every database a client may name, the plain one first. */
    readonly databases: readonly string[]
    readonly user: string
    readonly password: string
    readonly tls: { readonly mode: 'disable' } | { readonly mode: 'require' | 'verify-full'; readonly ca?: string; readonly serverName: string }
    readonly searchPath: readonly string[]
    /** Who asks what statements mean: the same credential where none is configured for it. */
    readonly analysis: { readonly user: string; readonly password: string; readonly method: 'auto' | 'print' | 'function' | 'none' }
  }
}

export interface Limits {
  readonly maxMessageBytes: number
  readonly maxRowBytes: number
  readonly heldSpoolBytes: number
  readonly maxConnections: number
  readonly maxConnectionsPerPrincipal: number
  readonly startupTimeoutMs: number
  readonly connectTimeoutMs: number
  /** How long a held command may be measured before people are asked. */
  readonly measureTimeoutMs: number
  readonly holdHeartbeatsMs: readonly number[]
  readonly drainTimeoutMs: number
  readonly parserWorkers: number
}

/** Everything the gateway was told, checked and with its secrets resolved. Paths are absolute. Never log this object. */
export interface Config {
  readonly file: string
  readonly listen: { readonly postgres: Address; readonly admin: Address }
  /** PEM texts. The admin listener uses them too where `adminTls`. */
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly adminTls: boolean
  readonly store: { readonly kind: 'sqlite'; readonly path: string }
  /** Folder of the recorder: journal and session recordings. */
  readonly recordings: string
  readonly policies: string
  readonly trust: readonly TrustConfig[]
  readonly reviewers: readonly ReviewerGroup[]
  readonly tokens: { readonly ttlMs: number }
  readonly targets: readonly TargetConfig[]
  readonly limits: Limits
  readonly masking: { readonly key: Buffer }
}

/** One thing that is wrong, where: line and column count from 1; 0 where the file itself is the matter. */
export interface ConfigFault {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

/** `config_invalid` with every fault of the file, so that it is corrected in one go. */
export class ConfigInvalid extends GatewayError {
  readonly faults: readonly ConfigFault[]
  constructor(faults: readonly ConfigFault[]) {
    super('config_invalid', `the configuration cannot be used:\n${faults.map((fault) => `  ${faultLine(fault)}`).join('\n')}`)
    this.name = 'ConfigInvalid'
    this.faults = faults
  }
}

/** `file:line:column: message`, the form editors and CI systems link. */
export function faultLine(fault: ConfigFault): string {
  return `${fault.file}${fault.line > 0 ? `:${fault.line}:${fault.column}` : ''}: ${fault.message}`
}

const MAX_CONFIG_BYTES = 1024 * 1024
const MIN_MASKING_KEY_BYTES = 32

/**
 * Reads, checks and resolves `holdpoint.yaml`. Relative paths count from the folder of the file. Throws
 * `ConfigInvalid` with all faults at once: syntax, unknown keys, wrong values, contradictions, unreadable files and
 * secrets (named, never shown).
 */
export function loadConfig(file: string): Config {
  const { config, faults } = inspectConfig(file)
  if (config === undefined) throw new ConfigInvalid(faults)
  return config
}

/** What a policy may name. A list that is left out cannot be told, as something in it is wrong. */
export interface DefinedNames {
  readonly targets?: readonly Target[]
  readonly groups?: readonly string[]
}

/** The same for those who go on after a fault: `policies` is the folder named, where that much could be read, and `names` likewise. */
export function inspectConfig(file: string): { readonly config?: Config; readonly faults: readonly ConfigFault[]; readonly policies?: string; readonly names: DefinedNames } {
  const path = resolve(file)
  try {
    return new Loader(path, readText(path)).load()
  } catch (error) {
    if (error instanceof ConfigInvalid) return { faults: error.faults, names: {} }
    throw error
  }
}

function readText(path: string): string {
  try {
    if (statSync(path).size > MAX_CONFIG_BYTES) throw new Error('it is larger than 1 MiB')
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigInvalid([{ file: path, line: 0, column: 0, message: `cannot be read: ${reasonOf(error)}` }])
  }
}

type Path = readonly (string | number)[]

class Loader {
  readonly #file: string
  readonly #lines = new LineCounter()
  readonly #document: Document.Parsed
  readonly #faults: ConfigFault[] = []

  constructor(file: string, text: string) {
    this.#file = file
    this.#document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true, merge: false, stringKeys: true, prettyErrors: false })
  }

  load(): ReturnType<typeof inspectConfig> {
    for (const error of this.#document.errors) this.#faultAt(error.pos[0], firstLine(error.message))
    if (this.#faults.length > 0) throw new ConfigInvalid(this.#faults)
    const raw: unknown = this.#toValue()
    const whole = configSchema.safeParse(raw, { reportInput: false })
    if (!whole.success) this.#zodFaults(whole.error.issues, [])
    const values = isRecord(raw) ? raw : {}
    const config = this.#build(values)
    const policies = typeof values['policies'] === 'string' ? { policies: this.#path(values['policies']) } : {}
    const names = definedNames(values)
    if (config !== undefined && this.#faults.length === 0) return { config, faults: [], names, ...policies }
    return { faults: this.#faults.toSorted((a, b) => a.line - b.line || a.column - b.column), names, ...policies }
  }

  #toValue(): unknown {
    try {
      // The alias limit is what keeps a file of a few lines from unfolding to gigabytes.
      return this.#document.toJS({ maxAliasCount: 50 })
    } catch (error) {
      throw new ConfigInvalid([{ file: this.#file, line: 0, column: 0, message: firstLine((error as Error).message) }])
    }
  }

  // The sections are read again one by one: what is right in one is checked against files, secrets and the other
  // sections even where another is wrong, so that nobody has to correct a file fault by fault.
  #build(raw: Readonly<Record<string, unknown>>): Config | undefined {
    const listen = section(listenSchema, raw['listen'] ?? {})
    const tlsFiles = section(tlsSchema, raw['tls'])
    const trustEntries = each(raw['trust']).map((entry) => section(trustSchema, entry))
    const targets = each(raw['targets']).map((entry) => section(targetSchema, entry))
    const limits = section(limitsSchema, raw['limits'] ?? {})
    const tokens = section(tokensSchema, raw['tokens'] ?? {})
    const masking = section(maskingSchema, raw['masking'])

    const tls = tlsFiles && this.#tls(tlsFiles)
    const addresses = listen && this.#addresses(listen, raw['tls'] !== undefined)
    // Names of entries that are wrong in another way count too: one fault must not look like two.
    const known = new Set(each(raw['trust']).map((entry) => (isRecord(entry) ? entry['name'] : undefined)))
    const trust = this.#trust(trustEntries, known)
    const reviewers = this.#reviewers(section(reviewersSchema, raw['reviewers'] ?? {})?.groups ?? this.#groupsOneByOne(raw['reviewers']), trustEntries, known)
    const checkedTargets = this.#targets(targets)
    const key = masking && this.#maskingKey(masking.key)
    const recordings = typeof raw['recordings'] === 'string' ? raw['recordings'] : 'file:recordings'
    const store = typeof raw['store'] === 'string' ? raw['store'] : 'sqlite:holdpoint.db'
    const policies = raw['policies']
    if (typeof policies === 'string') this.#folder(['policies'], policies)

    if (!addresses || !limits || !tokens || !key || typeof policies !== 'string' || this.#faults.length > 0) return undefined
    return {
      file: this.#file,
      listen: addresses,
      ...(tls ? { tls } : {}),
      adminTls: tls !== undefined && !isLoopback(addresses.admin.host),
      store: { kind: 'sqlite', path: this.#path(store.slice('sqlite:'.length)) },
      recordings: this.#path(recordings.slice('file:'.length)),
      policies: this.#path(policies),
      trust,
      reviewers,
      tokens: { ttlMs: tokens.ttl_s * 1000 },
      targets: checkedTargets,
      limits: {
        maxMessageBytes: limits.max_message_bytes,
        maxRowBytes: limits.max_row_bytes,
        heldSpoolBytes: limits.held_spool_bytes,
        maxConnections: limits.max_connections,
        maxConnectionsPerPrincipal: limits.max_connections_per_principal,
        startupTimeoutMs: limits.startup_timeout_ms,
        connectTimeoutMs: limits.connect_timeout_ms,
        measureTimeoutMs: limits.measure_timeout_ms,
        holdHeartbeatsMs: limits.hold_heartbeats_s.map((seconds) => seconds * 1000),
        drainTimeoutMs: limits.drain_timeout_ms,
        parserWorkers: limits.parser_workers,
      },
      masking: { key },
    }
  }

  #addresses(listen: z.output<typeof listenSchema>, hasTls: boolean): Config['listen'] {
    const postgres = toAddress(listen.postgres)
    const admin = toAddress(listen.admin)
    for (const [key, address] of [['postgres', postgres], ['admin', admin]] as const) {
      if (address.port > 65_535) this.#fault(['listen', key], 'the port is larger than 65535')
      // Both carry bearer tokens: on a network they travel inside TLS or not at all.
      if (!hasTls && !isLoopback(address.host)) this.#fault(['listen', key], 'a listener outside loopback needs `tls` (cert and key)')
    }
    return { postgres, admin }
  }

  #tls(files: z.output<typeof tlsSchema>): { cert: string; key: string } | undefined {
    const cert = this.#readable(['tls', 'cert'], files.cert)
    const key = this.#readable(['tls', 'key'], files.key)
    if (cert === undefined || key === undefined) return undefined
    const certificate = attempt(() => new X509Certificate(cert))
    const privateKey = attempt(() => createPrivateKey(key))
    if (!certificate) this.#fault(['tls', 'cert'], 'is not a PEM certificate')
    if (!privateKey) this.#fault(['tls', 'key'], 'is not an unencrypted PEM private key')
    if (certificate && privateKey && !certificate.checkPrivateKey(privateKey)) this.#fault(['tls', 'key'], 'does not belong to the certificate')
    return { cert, key }
  }

  #trust(entries: readonly (RawTrust | undefined)[], known: ReadonlySet<unknown>): readonly TrustConfig[] {
    const names = new Set<string>()
    return entries.flatMap((entry, index) => {
      if (!entry) return []
      const at = ['trust', index]
      if (names.has(entry.name)) this.#fault([...at, 'name'], `another trust entry is already called ${entry.name}`)
      names.add(entry.name)
      const issuer = new URL(entry.issuer)
      if (issuer.protocol !== 'https:' && !isLoopback(issuer.hostname)) this.#fault([...at, 'issuer'], 'an issuer outside loopback must be https')
      const owner = entry.owner_trust === undefined ? entry : entries.find((other) => other?.name === entry.owner_trust)
      if (!owner && !known.has(entry.owner_trust)) this.#fault([...at, 'owner_trust'], `there is no trust entry ${entry.owner_trust ?? ''}`)
      if (entry.owner_trust !== undefined && entry.owner_claim === undefined) this.#fault([...at, 'owner_trust'], 'has no meaning without owner_claim')
      const jwks = entry.jwks === 'discovery' ? { kind: 'discovery' as const } : { kind: 'file' as const, file: this.#path(entry.jwks.file) }
      if (entry.jwks !== 'discovery') this.#keySet([...at, 'jwks', 'file'], entry.jwks.file)
      return [
        {
          name: entry.name,
          issuer: entry.issuer,
          audience: entry.audience,
          jwks,
          algorithms: entry.algorithms,
          kind: entry.kind,
          ...(entry.name_claim === undefined ? {} : { nameClaim: entry.name_claim }),
          ...(entry.groups_claim === undefined ? {} : { groupsClaim: entry.groups_claim }),
          ...(entry.owner_claim === undefined ? {} : { ownerClaim: entry.owner_claim }),
          ownerIssuer: owner?.issuer ?? entry.issuer,
          require: entry.require,
          maxTokenLifetimeMs: entry.max_token_lifetime_s * 1000,
        },
      ]
    })
  }

  #keySet(at: Path, file: string): void {
    const text = this.#readable(at, file)
    if (text === undefined) return
    const set = attempt(() => JSON.parse(text) as { readonly keys?: unknown })
    if (!set || !Array.isArray(set.keys) || set.keys.length === 0) this.#fault(at, 'is not a JWKS with at least one key')
  }

  #groupsOneByOne(reviewers: unknown): Readonly<Record<string, z.output<typeof reviewerGroupSchema>>> {
    const groups = isRecord(reviewers) && isRecord(reviewers['groups']) ? reviewers['groups'] : {}
    return Object.fromEntries(Object.entries(groups).flatMap(([name, group]) => {
      const read = section(reviewerGroupSchema, group)
      return read ? [[name, read]] : []
    }))
  }

  #reviewers(
    groups: Readonly<Record<string, z.output<typeof reviewerGroupSchema>>>,
    trust: readonly (RawTrust | undefined)[],
    known: ReadonlySet<unknown>,
  ): readonly ReviewerGroup[] {
    return Object.entries(groups).map(([name, group]) => {
      const at = ['reviewers', 'groups', name]
      if (group.claim_values.length === 0 && group.subjects.length === 0) this.#fault(at, 'has neither claim_values nor subjects, so nobody could be in it')
      for (const [index, entry] of (group.trust ?? []).entries()) {
        if (!known.has(entry)) this.#fault([...at, 'trust', index], `there is no trust entry ${entry}`)
      }
      const subjects = group.subjects.flatMap((subject, index) => {
        const hash = subject.indexOf('#')
        const entry = trust.find((one) => one?.name === subject.slice(0, hash))
        if (!known.has(subject.slice(0, hash))) this.#fault([...at, 'subjects', index], `there is no trust entry ${subject.slice(0, hash)}`)
        return entry ? [`${entry.issuer}#${subject.slice(hash + 1)}`] : []
      })
      return { name, claimValues: group.claim_values, subjects, ...(group.trust ? { trust: group.trust } : {}) }
    })
  }

  #targets(targets: readonly (RawTarget | undefined)[]): readonly TargetConfig[] {
    const names = new Set<string>()
    return targets.flatMap((target, index) => {
      if (!target) return []
      const at = ['targets', index]
      if (names.has(target.name)) this.#fault([...at, 'name'], `another target is already called ${target.name}`)
      names.add(target.name)
      const { host, port, database, databases, user, tls } = target.postgres
      const tlsAt = [...at, 'postgres', 'tls']
      if (tls.mode === 'disable' && !isLoopback(host)) this.#fault([...tlsAt, 'mode'], 'a target outside loopback is reached through TLS: require or verify-full')
      if (tls.mode === 'disable' && (tls.ca !== undefined || tls.server_name !== undefined)) this.#fault(tlsAt, 'ca and server_name have no meaning with mode: disable')
      const ca = tls.ca === undefined ? undefined : this.#readable([...tlsAt, 'ca'], tls.ca)
      if (ca !== undefined && !attempt(() => new X509Certificate(ca))) this.#fault([...tlsAt, 'ca'], 'is not a PEM certificate')
      const password = this.#secret([...at, 'postgres', 'password'], target.postgres.password)
      if (password === undefined) return []
      const { analysis } = target.postgres
      const analysisAt = [...at, 'postgres', 'analysis']
      if ((analysis.user === undefined) !== (analysis.password === undefined)) this.#fault(analysisAt, 'user and password belong together')
      const analysisPassword = analysis.password === undefined ? password : this.#secret([...analysisAt, 'password'], analysis.password)
      if (analysisPassword === undefined) return []
      return [
        {
          name: target.name,
          protocol: 'postgres' as const,
          labels: target.labels,
          postgres: {
            host,
            port,
            database,
            databases: [...new Set([database, ...databases])],
            user,
            password,
            tls: tls.mode === 'disable' ? { mode: tls.mode } : { mode: tls.mode, ...(ca === undefined ? {} : { ca }), serverName: tls.server_name ?? host },
            searchPath: target.postgres.search_path,
            analysis: { user: analysis.user ?? user, password: analysisPassword, method: analysis.method },
          },
        },
      ]
    })
  }

  #maskingKey(source: RawSecret): Buffer | undefined {
    const value = this.#secret(['masking', 'key'], source)
    if (value === undefined) return undefined
    const key = Buffer.from(value, 'utf8')
    if (key.length < MIN_MASKING_KEY_BYTES) this.#fault(['masking', 'key'], `is shorter than ${MIN_MASKING_KEY_BYTES} bytes, so pseudonyms could be guessed`)
    return key
  }

  #secret(at: Path, source: RawSecret): string | undefined {
    try {
      return readSecret(source, (path) => this.#path(path))
    } catch (error) {
      this.#fault(at, (error as Error).message)
      return undefined
    }
  }

  #readable(at: Path, file: string): string | undefined {
    try {
      return readFileSync(this.#path(file), 'utf8')
    } catch (error) {
      this.#fault(at, `${this.#path(file)} cannot be read: ${reasonOf(error)}`)
      return undefined
    }
  }

  #folder(at: Path, folder: string): void {
    const found = attempt(() => statSync(this.#path(folder)))
    if (!found?.isDirectory()) this.#fault(at, `${this.#path(folder)} is not a folder`)
  }

  #path(path: string): string {
    return resolve(dirname(this.#file), path)
  }

  #zodFaults(issues: readonly z.core.$ZodIssue[], prefix: Path): void {
    for (const issue of issues) {
      const at = [...prefix, ...issue.path.filter((part) => typeof part !== 'symbol')]
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) this.#fault([...at, key], `${dotted([...at, key])} is not an option`, true)
      } else {
        this.#fault(at, `${dotted(at)}: ${this.#isMissing(at) ? 'is missing' : issue.message}`, true)
      }
    }
  }

  #isMissing(at: Path): boolean {
    return at.length > 0 && !this.#document.hasIn(at)
  }

  #fault(at: Path, message: string, complete = false): void {
    this.#faultAt(this.#offsetOf(at), complete ? message : `${dotted(at)}: ${message}`)
  }

  /** Where the key stands; for something that is missing, the nearest thing that would contain it. */
  #offsetOf(at: Path): number | undefined {
    for (let length = at.length; length > 0; length -= 1) {
      const parent = length === 1 ? this.#document.contents : this.#document.getIn(at.slice(0, length - 1), true)
      const last = at[length - 1]
      if (isMap(parent)) {
        const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === last)
        if (isScalar(pair?.key) && pair.key.range) return pair.key.range[0]
      } else {
        const node = this.#document.getIn(at.slice(0, length), true) as { readonly range?: readonly number[] | null } | undefined
        if (node?.range?.[0] !== undefined) return node.range[0]
      }
    }
    return this.#document.contents?.range?.[0]
  }

  #faultAt(offset: number | undefined, message: string): void {
    const { line, col } = offset === undefined ? { line: 1, col: 1 } : this.#lines.linePos(offset)
    this.#faults.push({ file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1), message })
  }
}

/** True for addresses that no other machine can reach. A host name other than localhost is not assumed to be one. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (bare === 'localhost' || bare === '::1') return true
  return isIP(bare) === 4 && bare.startsWith('127.')
}

function toAddress(text: string): Address {
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
}

function section<T extends z.ZodType>(schema: T, value: unknown): z.output<T> | undefined {
  const read = schema.safeParse(value)
  return read.success ? read.data : undefined
}

// Names of entries that are wrong in another way count too. A name that is wrong itself may be any: then nothing is told of them.
function definedNames(raw: Readonly<Record<string, unknown>>): DefinedNames {
  const targets = each(raw['targets']).map((entry) => section(targetSchema.pick({ name: true, protocol: true, labels: true }).strip(), entry))
  const reviewers = raw['reviewers'] ?? {}
  const groups = isRecord(reviewers) && Object.keys(reviewers).every((key) => key === 'groups') ? reviewers['groups'] ?? {} : undefined
  const hasReviewers = raw['reviewers'] !== undefined || Object.keys(raw).every((key) => Object.hasOwn(configSchema.shape, key))
  return {
    ...(targets.length > 0 && targets.every((target) => target !== undefined) ? { targets } : {}),
    ...(hasReviewers && isRecord(groups) && section(reviewersSchema.shape.groups, emptied(groups)) ? { groups: Object.keys(groups) } : {}),
  }
}

function emptied(groups: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.keys(groups).map((name) => [name, {}]))
}

function each(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function dotted(at: Path): string {
  return at.length === 0 ? 'the file' : at.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('')
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message
}
