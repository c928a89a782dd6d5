import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { printable } from './terminal.ts'

export const EXIT = { done: 0, failed: 1, usage: 2, pending: 75, denied: 77 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends the verb with a sentence and an exit code. */
export class CliError extends Error {
  readonly exitCode: ExitCode
  readonly body: unknown
  constructor(message: string, exitCode: ExitCode = EXIT.failed, body?: unknown) {
    super(message)
    this.name = 'CliError'
    this.exitCode = exitCode
    this.body = body
  }
}

export interface Connection {
  readonly url: string
  readonly token?: string
  /** File with the authorities that may vouch for the server. */
  readonly caFile?: string
}

export interface Client {
  /** The JSON answer of a successful request. Throws CliError: 77 for 403, else 1, with the server's own message. */
  get<T>(path: string, query?: Query): Promise<T>
  post<T>(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<T>
  /** The open answer, for lines and events. */
  open(path: string, query?: Query, headers?: Readonly<Record<string, string>>): Promise<IncomingMessage>
}
export type Query = Readonly<Record<string, string | number | undefined>>

const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const CONNECT_TIMEOUT_MS = 90_000

export function createClient(connection: Connection): Client {
  const base = baseUrl(connection)
  const ca = connection.caFile === undefined ? undefined : readCa(connection.caFile)

  const send = (method: string, path: string, query: Query, headers: Readonly<Record<string, string>>, body?: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const url = new URL(`${base.pathname.replace(/\/$/, '')}/api/v1${path}`, base)
      for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
      const options = {
        method,
        headers: {
          accept: 'application/json',
          ...(connection.token === undefined ? {} : { authorization: `Bearer ${connection.token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...headers,
        },
        ...(ca === undefined ? {} : { ca }),
      }
      const request = url.protocol === 'https:' ? httpsRequest(url, options, resolve) : httpRequest(url, options, resolve)
      request.setTimeout(CONNECT_TIMEOUT_MS, () => request.destroy(new Error('no answer')))
      request.on('error', (error: NodeJS.ErrnoException) => reject(new CliError(`cannot reach ${base.origin}: ${error.code ?? error.message}`)))
      request.end(body)
    })

  const json = async <T>(response: IncomingMessage): Promise<T> => {
    const text = await textOf(response)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw new CliError(`${base.origin} did not answer as Holdpoint does (HTTP ${response.statusCode ?? 0})`)
    }
    if (response.statusCode !== 200) throw refusalOf(response.statusCode ?? 0, value)
    return value as T
  }

  return {
    get: async (path, query = {}) => json(await send('GET', path, query, {})),
    post: async (path, body, headers = {}) => json(await send('POST', path, {}, headers, JSON.stringify(body))),
    async open(path, query = {}, headers = {}) {
      const response = await send('GET', path, query, headers)
      if (response.statusCode === 200) return response
      return json<never>(response)
    },
  }
}

function baseUrl({ url }: Connection): URL {
  if (!URL.canParse(url)) throw new CliError('--url (or HOLDPOINT_URL) is not a URL', EXIT.usage)
  const base = new URL(url)
  if (base.protocol !== 'http:' && base.protocol !== 'https:') throw new CliError('--url (or HOLDPOINT_URL) must be http or https', EXIT.usage)
  // The token is a power; on a network it travels inside TLS or not at all.
  if (base.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(base.hostname)) throw new CliError('plain http is for loopback only: use https', EXIT.usage)
  return base
}

function readCa(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'error'}`, EXIT.usage)
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) throw new CliError('the answer is larger than 64 MiB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function refusalOf(status: number, value: unknown): CliError {
  const error = (value as { readonly error?: { readonly code?: unknown; readonly message?: unknown; readonly details?: unknown } } | null)?.error
  const message = typeof error?.message === 'string' ? printable(error.message) : `HTTP ${status}`
  const code = typeof error?.code === 'string' ? ` (${printable(error.code)})` : ''
  const details = status === 400 && Array.isArray(error?.details) ? `: ${error.details.map((one: { path?: string; message?: string }) => printable(`${one.path ?? ''} ${one.message ?? ''}`)).join('; ')}` : ''
  return new CliError(`${message}${code}${details}`, status === 403 ? EXIT.denied : status === 400 ? EXIT.usage : EXIT.failed, value)
}
