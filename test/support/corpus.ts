import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { parse } from 'yaml'
import { until, type World } from './world.ts'

// The corpus of what a gateway must and must not let through: read, put into a target, and told apart in its log.

const FOLDER = new URL('../corpus/postgres/gateway/', import.meta.url)

/** The fields are explained at the head of section3.yaml. */
export interface SqlCase {
  readonly id: string
  readonly note?: number
  readonly sql?: string
  /** Head, what comes again, how often, tail; instead of `sql`. */
  readonly repeat?: readonly [string, string, number, string]
  /** How often the whole is sent, one after the other. */
  readonly often?: number
  readonly session?: readonly string[]
  /** `reject`: nobody was asked: the target does not take it, or the gateway itself cannot. */
  readonly verdict: 'allow' | 'hold' | 'deny' | 'reject'
  readonly production?: 'allow' | 'hold' | 'deny'
  readonly approve?: boolean
  readonly code?: string
  readonly fails?: string
  readonly since?: number
  /** Below that version it is allowed as well, and the target's error when it runs is this. */
  readonly before?: string
  readonly not_recorded?: readonly string[]
  readonly actions?: readonly string[]
  readonly effect?: string
  readonly relations?: readonly string[]
  readonly columns?: readonly string[]
  readonly functions?: readonly string[]
  readonly unknown?: true | readonly string[]
  readonly influence?: readonly string[]
  readonly write_lineage?: readonly string[]
}

/** One message of a wire script, by its one key. */
export type WireMessage = Readonly<Record<string, unknown>>

export interface WireStep {
  /** Messages that are sent in one write. */
  readonly send?: readonly WireMessage[]
  /** What must come back, in letters; `/.../`: a pattern. Several: one for each ReadyForQuery. */
  readonly reply?: string | readonly string[]
  /** Waits for a hold and decides on it, or for its notice only. */
  readonly held?: 'approve' | 'reject' | 'wait'
  readonly cancel?: 'own' | 'foreign'
  /** The connection ends: SQLSTATE of its last error, or an empty text for none. */
  readonly ends?: string
  /** One byte comes back, as to a request for encryption. */
  readonly byte?: string
}

export interface WireCase {
  readonly id: string
  readonly note?: number
  readonly startup?: Readonly<Record<string, string>>
  readonly version?: number
  /** SQLSTATE with which the sign-in ends. */
  readonly refused?: string
  /** No sign-in: the script begins at the first byte. */
  readonly bare?: boolean
  readonly script?: readonly WireStep[]
  /** Texts that the target's log must have as run by this session, and those it must not. */
  readonly ran?: readonly string[]
  readonly not_ran?: readonly string[]
}

export const textOf = (one: SqlCase): string => one.sql ?? (one.repeat === undefined ? '' : one.repeat[0] + one.repeat[1].repeat(one.repeat[2]) + one.repeat[3])

const FIELDS: ReadonlySet<string> = new Set([
  'id', 'note', 'sql', 'repeat', 'often', 'session', 'verdict', 'production', 'approve', 'code', 'fails', 'since', 'before', 'not_recorded', 'actions', 'effect', 'relations', 'columns',
  'functions', 'unknown', 'influence', 'write_lineage', 'startup', 'version', 'refused', 'bare', 'script', 'ran', 'not_ran',
])

/** Throws where an entry has a field that is none: in YAML a comma outside quotes begins one. */
export function loadCorpus<T>(name: string): readonly T[] {
  const entries = parse(readFileSync(new URL(`${name}.yaml`, FOLDER), 'utf8')) as readonly (string | Readonly<Record<string, unknown>>)[]
  for (const entry of entries) {
    const strange = typeof entry === 'string' ? [] : Object.keys(entry).filter((key) => !FIELDS.has(key))
    if (strange.length > 0) throw new TypeError(`${name}.yaml: ${JSON.stringify(entry)} has no field ${strange.join(', ')}`)
  }
  return entries as readonly T[]
}

/** Harmless texts are a plain list: each of them is allowed and runs. */
export const loadHarmless = (): readonly SqlCase[] =>
  loadCorpus<string | SqlCase>('harmless').map((one, at) => (typeof one === 'string' ? { id: `h${String(at + 1).padStart(3, '0')}`, sql: one, verdict: 'allow' } : one))

/** SQL of the superuser, and SQL as the owner of the tables. */
export function corpusSetup(): { readonly superuser: string; readonly owner: string } {
  return { superuser: readFileSync(new URL('setup-superuser.sql', FOLDER), 'utf8'), owner: readFileSync(new URL('setup.sql', FOLDER), 'utf8') }
}

export async function setUpCorpus(behind: pg.Client, owner: string): Promise<void> {
  const setup = corpusSetup()
  await behind.query(setup.superuser)
  await behind.query(`SET ROLE ${owner}`)
  await behind.query(setup.owner)
  await behind.query('RESET ROLE')
}

/** Every value that is in a masked column. */
export async function maskedValues(behind: pg.Client): Promise<readonly string[]> {
  const { rows } = await behind.query<Record<string, string>>('SELECT email, phone, iban, card_number FROM customers')
  return rows.flatMap((row) => Object.values(row))
}

/** Statements that the target was given to run by sessions of this application name, from a place in its log on. */
export function statementsIn(log: string, application: string): readonly string[] {
  // A statement of several lines goes on until the next line with a time.
  const entries = log.split(/\n(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/)
  return entries.flatMap((entry) => {
    const found = /^\S+ \S+ \S+ \[\d+\] [^@]*@\S* (.*?) ?LOG: {2}(?:statement|execute [^:]*): ([\s\S]*)$/.exec(entry)
    return found !== null && found[1] === application ? [(found[2] as string).replace(/\n$/, '').replaceAll('\n\t', '\n')] : []
  })
}

/** The log is written by another process: waits until it has what this connection says last. */
export async function loggedUpTo(world: World, behind: pg.Client, read: () => Promise<string>): Promise<string> {
  const mark = `mark ${Math.random().toString(36).slice(2)}`
  await behind.query(`SELECT '${mark}'`)
  return until('the log of the target', async () => {
    const log = await read()
    return log.includes(mark) ? log : undefined
  }).catch((error: Error) => { throw new Error(`${error.message} (${world.target.logFile})`) })
}
