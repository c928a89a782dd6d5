import { z } from 'zod'

// Every option is declared here once: its type, default, unit and one sentence. The reference that
// `holdpoint check --options` prints is read from these very schemas, so it cannot drift from what is enforced.

const ADDRESS = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+):\d{1,5}$/
const NAME = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/

const address = z.string().regex(ADDRESS, 'expected host:port')
const name = z.string().regex(NAME, 'expected 1 to 63 of a-z, 0-9, - and _, starting and ending with a letter or digit')
const text = z.string().min(1)
const path = z.string().min(1)

export const secretSchema = z
  .union(
    [
      z.strictObject({ env: z.string().min(1) }),
      z.strictObject({ file: path }),
      z.strictObject({ exec: z.array(z.string().min(1)).min(1) }),
    ],
    { error: 'a secret is written as {env: NAME}, {file: PATH} or {exec: [program, argument, ..]}, never as its value' },
  )
  .meta({ id: 'secret' })

/** Only signatures that a verifier cannot forge; an HMAC "secret" in a key set is how tokens get minted by strangers. */
const algorithm = z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])
const kind = z.enum(['agent', 'bot', 'ci', 'human'])
const claim = z.string().min(1).describe('a claim by name, or by JSON pointer (`/kubernetes.io/namespace`)')

export const listenSchema = z.strictObject({
  postgres: address.default('127.0.0.1:7432').describe('where agents connect with Postgres clients'),
  admin: address.default('127.0.0.1:7080').describe('where reviewers, the CLI and monitoring connect over HTTP'),
})

export const tlsSchema = z.strictObject({
  cert: path.describe('PEM file with the certificate chain of our listeners; needed for every listener that is not on loopback'),
  key: path.describe('PEM file with its private key'),
})

export const trustSchema = z.strictObject({
  name: name.describe('how this issuer is called in reviewers and messages'),
  issuer: z
    .url({ protocol: /^https?$/ })
    // `#` divides issuer from subject in a principal's id; with one in the issuer two identities could share an id.
    .refine((issuer) => !issuer.includes('#'), 'must not contain #')
    .describe('the exact `iss` of its tokens; https, or http on loopback'),
  audience: text.describe('what `aud` must contain: the name of this gateway at that issuer'),
  jwks: z
    .union([z.literal('discovery'), z.strictObject({ file: path })], { error: 'expected `discovery` or {file: PATH}' })
    .default('discovery')
    .describe('where its keys come from: its openid-configuration, or a JWKS file for machines without network'),
  algorithms: z.array(algorithm).min(1).default(['RS256', 'PS256', 'ES256', 'EdDSA']).describe('accepted signatures, asymmetric only'),
  kind: z
    .union([kind, z.strictObject({ claim, map: z.record(z.string(), kind) })], { error: 'expected agent, bot, ci, human or {claim, map}' })
    .describe('what its subjects are: one kind for all, or read from a claim; a value that is not in `map` is refused'),
  name_claim: claim.optional().describe('claim with the name shown to people; the subject where absent'),
  groups_claim: claim.optional().describe('claim with group names (a list, or one string)'),
  owner_claim: claim.optional().describe('claim with the subject of the human an agent acts for; that person never approves its commands'),
  owner_trust: name.optional().describe('the trust entry that human signs in with; this one where absent'),
  require: z
    .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()])).min(1)]))
    .default({})
    .describe('claims that must have this value, or one of these'),
  max_token_lifetime_s: z.int().min(60).max(2_592_000).default(86_400).describe('longest accepted time from issue to expiry').meta({ unit: 's' }),
})

export const reviewerGroupSchema = z.strictObject({
  claim_values: z.array(text).default([]).describe('values of the groups claim whose holders belong to this group'),
  subjects: z.array(z.string().regex(/^[^#]+#.+$/, 'expected TRUST-NAME#SUBJECT')).default([]).describe('single people, as TRUST-NAME#SUBJECT'),
  trust: z.array(name).optional().describe('only people of these trust entries; all where absent'),
})

export const reviewersSchema = z.strictObject({
  groups: z.record(name, reviewerGroupSchema).default({}).describe('who belongs to the groups that rules name; `auditors` reads all and decides nothing'),
})

export const tokensSchema = z.strictObject({
  ttl_s: z.int().min(30).max(86_400).default(900).describe('how long a token issued by POST /api/v1/token lives at most').meta({ unit: 's' }),
})

export const targetSchema = z.strictObject({
  name: name.describe('what clients write as dbname'),
  protocol: z.literal('postgres').describe('protocol of the target'),
  labels: z.record(z.string().min(1), z.string()).default({}).describe('free labels that rules may match, such as env: production'),
  postgres: z.strictObject({
    host: z.string().min(1).describe('host name or address of the target'),
    port: z.int().min(1).max(65_535).default(5432).describe('its port'),
    database: text.describe('database behind the plain target name'),
    databases: z.array(text).default([]).describe('further databases, reached as dbname=<target>/<database>'),
    user: text.describe('the role the gateway signs in with'),
    password: secretSchema.describe('its password; agents never see it'),
    tls: z
      .strictObject({
        mode: z.enum(['disable', 'require', 'verify-full']).default('verify-full').describe('`disable` only for a target on loopback'),
        ca: path.optional().describe('PEM file with the authorities that may vouch for the target; the system’s where absent'),
        server_name: text.optional().describe('name the certificate must carry; `host` where absent'),
      })
      .prefault({})
      .describe('TLS to the target'),
    search_path: z.array(text).min(1).default(['public']).describe('schemas a bare table name is looked up in, set on every connection'),
    analysis: z
      .strictObject({
        user: text.optional().describe('role that asks the target what statements mean, and runs none; a member of `user`; `user` itself where absent'),
        password: secretSchema.optional().describe('its password; needed with `user`'),
        method: z
          .enum(['auto', 'print', 'function', 'none'])
          .default('auto')
          .describe('`print`: by debug_print_rewritten, where the role’s log_min_messages keeps the trees out of the server’s log; `function`: by functions that are rolled back; `auto`: the first that works; `none`: not at all'),
      })
      .prefault({})
      .describe('how the target is asked what tables, columns and functions a statement means (docs/postgres-analysis.md)'),
  }).describe('how the gateway reaches it'),
})

const MIB = 1024 * 1024
const bytes = (least: number, most: number, standard: number) => z.int().min(least).max(most).default(standard).meta({ unit: 'bytes' })

export const limitsSchema = z.strictObject({
  max_message_bytes: bytes(1024, 1024 * MIB, 16 * MIB).describe('largest single message from a client'),
  max_row_bytes: bytes(1024, 1024 * MIB, 32 * MIB).describe('largest single row from a target'),
  held_spool_bytes: bytes(1024, 64 * MIB, MIB).describe('what one connection may send ahead while a command is held'),
  max_connections: z.int().min(1).max(100_000).default(500).describe('client connections at the same time'),
  max_connections_per_principal: z.int().min(1).max(100_000).default(50).describe('client connections of one identity at the same time'),
  startup_timeout_ms: z.int().min(100).max(600_000).default(15_000).describe('time a client has to sign in').meta({ unit: 'ms' }),
  connect_timeout_ms: z.int().min(100).max(600_000).default(10_000).describe('time a target has to accept a connection and our login').meta({ unit: 'ms' }),
  measure_timeout_ms: z.int().min(100).max(60_000).default(1_500).describe('time a held command may be measured at its target before people are asked').meta({ unit: 'ms' }),
  hold_heartbeats_s: z.array(z.int().min(1).max(86_400)).min(1).default([15, 60]).describe('when a held client is told again that it waits; the last one repeats').meta({ unit: 's' }),
  drain_timeout_ms: z.int().min(0).max(3_600_000).default(10_000).describe('time running commands have to end when the gateway stops').meta({ unit: 'ms' }),
  parser_workers: z.int().min(1).max(64).default(1).describe('worker threads that read SQL'),
})

export const maskingSchema = z.strictObject({
  key: secretSchema.describe('at least 32 bytes; pseudonyms are the same as long as it is'),
})

export const configSchema = z.strictObject({
  version: z.literal(1, { error: 'expected version: 1' }).describe('version of this file format'),
  listen: listenSchema.prefault({}).describe('where the gateway listens'),
  tls: tlsSchema.optional().describe('certificate of the Postgres listener, and of the admin listener where that is not on loopback'),
  store: z
    .string()
    .regex(/^sqlite:.+$/, 'expected sqlite:PATH')
    .default('sqlite:holdpoint.db')
    .describe('where holds, decisions and tokens are kept'),
  recordings: z
    .string()
    .regex(/^file:.+$/, 'expected file:FOLDER')
    .default('file:recordings')
    .describe('folder that gets the hash-chained journal (`journal/`) and what sessions saw (`recordings/`)'),
  policies: path.describe('folder with the policy files'),
  trust: z.array(trustSchema).min(1).describe('issuers whose tokens are accepted'),
  reviewers: reviewersSchema.prefault({}).describe('who may decide'),
  tokens: tokensSchema.prefault({}).describe('tokens of our own'),
  targets: z.array(targetSchema).min(1).describe('what is behind the gateway'),
  limits: limitsSchema.prefault({}).describe('bounds on everything a client or target can send'),
  masking: maskingSchema.describe('how masked values are made'),
})

export type RawConfig = z.output<typeof configSchema>
export type RawSecret = z.output<typeof secretSchema>
export type RawTrust = z.output<typeof trustSchema>
export type RawTarget = z.output<typeof targetSchema>

/** One option as the reference shows it. `key` is the path in the file, `[]` for each entry of a list, `<name>` for free names. */
export interface OptionDoc {
  readonly key: string
  readonly type: string
  readonly default: string
  readonly unit: string
  readonly text: string
}

/** The reference of every option, in file order. */
export function describeOptions(): readonly OptionDoc[] {
  const root = z.toJSONSchema(configSchema, { io: 'input', reused: 'inline' }) as JsonSchema
  const options: OptionDoc[] = []
  collect(root, '', root, options)
  return options
}

interface JsonSchema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly description?: string
  readonly unit?: string
  readonly minimum?: number
  readonly maximum?: number
}

function collect(schema: JsonSchema, prefix: string, root: JsonSchema, out: OptionDoc[]): void {
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    const option = resolve(member, root)
    const at = prefix === '' ? key : `${prefix}.${key}`
    const standard = option.default
    const isSection = option.properties !== undefined && typeOf(option, root) === 'object'
    out.push({
      key: at,
      type: typeOf(option, root),
      default: standard === undefined || isSection ? (schema.required?.includes(key) ? 'required' : '-') : JSON.stringify(standard),
      unit: option.unit ?? '',
      text: option.description ?? '',
    })
    if (isSection) collect(option, at, root, out)
    if (option.items?.properties) collect(option.items, `${at}[]`, root, out)
    const free = option.additionalProperties
    if (typeof free === 'object' && free.properties) collect(free, `${at}.<name>`, root, out)
  }
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref
  const id = reference?.split('/').at(-1)
  const definition = id === undefined ? undefined : root.$defs?.[id]
  return definition ? { ...definition, ...schema } : schema
}

function typeOf(schema: JsonSchema, root: JsonSchema): string {
  const id = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1) ?? (schema as { readonly id?: string }).id
  if (id === 'secret') return 'secret'
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.join(' | ')
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(resolve(one, root), root)).join(' | ')
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(resolve(schema.items, root), root) : 'any'}`
  if (schema.type === 'integer' && schema.minimum !== undefined && schema.maximum !== undefined) return `integer ${schema.minimum}..${schema.maximum}`
  return schema.type ?? 'any'
}
