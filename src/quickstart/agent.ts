import { readFileSync } from 'node:fs'
import pg from 'pg'
import { type QuickstartState, readState } from './state.ts'

export interface AgentOptions {
  /** Where the running quickstart left its state; the usual place where absent. */
  readonly stateFile?: string
  /** The change that has to wait for a reviewer. */
  readonly statement?: string
  readonly print?: (text: string) => void
}

const HELD = "DELETE FROM invoices WHERE status = 'void' AND issued_on < '2024-01-01'"

/**
 * Plays billing-bot with node-postgres, as it comes: a masked read, a refused DROP, a DELETE that waits on its connection
 * until somebody approves or rejects it. Resolves with an exit code: 0 when it was carried out, 77 when it was refused.
 */
export async function runAgent(options: AgentOptions = {}): Promise<number> {
  const print = options.print ?? ((text) => void process.stdout.write(`${text}\n`))
  const { postgres } = readState(options.stateFile)
  const client = await connect(postgres)
  const say = (text: string): void => print(`${new Date().toISOString().slice(11, 23)}  ${text}`)
  client.on('notice', (notice) => {
    say(`NOTICE  ${notice.message ?? ''}`)
    for (const [label, text] of [['DETAIL', notice.detail], ['HINT', notice.hint]] as const) if (text) say(`${label}  ${text}`)
  })
  try {
    say(`connected to ${postgres.host}:${postgres.port} as ${postgres.user}`)
    await show(client, 'SELECT full_name, email, phone, iban, card_number FROM customers ORDER BY id LIMIT 3', say)
    await show(client, 'DROP TABLE invoices', say)
    await show(client, 'SELECT count(*) AS invoices FROM invoices', say)
    say('the next one needs a reviewer: npm run -s holdpoint -- holds list --as maria')
    return (await show(client, options.statement ?? HELD, say)) ? 0 : 77
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function connect(postgres: QuickstartState['postgres']): Promise<pg.Client> {
  const { host, port, dbname, user, password, sslrootcert } = postgres
  try {
    const client = new pg.Client({ host, port, database: dbname, user, password, ssl: { ca: readFileSync(sslrootcert, 'utf8') }, application_name: 'billing-bot', connectionTimeoutMillis: 15_000 })
    // Without a listener, a connection that breaks between two statements would end the process with a stack trace.
    client.on('error', () => undefined)
    await client.connect()
    return client
  } catch (error) {
    throw new Error(`The gateway on ${host}:${port} cannot be reached (${error instanceof Error ? error.message : String(error)}); is \`npm start\` still running?`, { cause: error })
  }
}

/** False when it was refused; anything but a refusal by the server is thrown. */
async function show(client: pg.Client, sql: string, say: (text: string) => void): Promise<boolean> {
  say(`> ${sql}`)
  try {
    const { rows, fields, command, rowCount } = await client.query<Record<string, unknown>>(sql)
    for (const line of table(fields.map(({ name }) => name), rows)) say(line)
    if (fields.length === 0) say(`${command} ${rowCount ?? ''}`.trimEnd())
    return true
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    say(`ERROR ${error.code ?? ''}  ${error.message}`)
    for (const [label, text] of [['DETAIL', error.detail], ['HINT', error.hint]] as const) if (text) say(`${label}  ${text}`)
    return false
  }
}

function table(names: readonly string[], rows: readonly Readonly<Record<string, unknown>>[]): string[] {
  if (names.length === 0) return []
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? '')))]
  const widths = names.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
  return cells.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ').trimEnd())
}
