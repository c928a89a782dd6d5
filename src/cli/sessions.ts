import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { ReplayEvent } from '../recording/replay.ts'
import { CliError, EXIT } from './client.ts'
import { action, remoteCommand } from './context.ts'
import type { Context } from './context.ts'
import { linesOf } from './lines.ts'
import { coloured, duration, jsonText, printable, printableLines, say, table, warn } from './terminal.ts'
import type { Style } from './terminal.ts'

interface SessionJson {
  readonly id: string
  readonly principal: { readonly id: string; readonly name: string }
  readonly target: string
  readonly protocol: string
  readonly peer: string
  readonly claimed: Readonly<Record<string, string>>
  readonly opened_at: string
  readonly closed_at?: string
  readonly commands: number
  readonly holds: number
}

// A reviewer's hour of thinking is shown as what it is, and not waited for.
const LONGEST_PAUSE_MS = 3_000

export function sessionsVerb(): Command {
  const sessions = remoteCommand('sessions', 'what was recorded')
  sessions
    .command('list')
    .description('sessions you may see, newest first')
    .option('--target <name>', 'only of this target')
    .option('--limit <n>', 'at most so many', '50')
    .action(action(list))
  sessions.command('show <id>').description('one session').action(action(show))
  sessions
    .command('replay <id>')
    .description('what happened, as it happened; at once where the output is no terminal')
    .option('--speed <factor>', 'so many times as fast', '1')
    .option('--search <text>', 'only what contains this text, in any case')
    .option('--no-wait', 'at once')
    .action(action(replay))
  return sessions
}

async function list({ client, print }: Context, options: { readonly target?: string; readonly limit: string }): Promise<number> {
  const answer = await client.get<{ sessions: readonly SessionJson[]; next_cursor: string | null }>('/sessions', { target: options.target, limit: options.limit })
  print(answer, () => {
    if (answer.sessions.length === 0) say('No sessions.')
    else say(table(['SESSION', 'OPENED', 'LASTED', 'WHO', 'TARGET', 'COMMANDS', 'HOLDS'], answer.sessions.map(row)))
    if (answer.next_cursor !== null) warn('There are more; use --limit.')
  })
  return EXIT.done
}

function row(session: SessionJson): readonly string[] {
  return [session.id, session.opened_at, lasted(session), session.principal.name, session.target, String(session.commands), String(session.holds)]
}

async function show({ client, print }: Context, id: string): Promise<number> {
  const { session } = await client.get<{ session: SessionJson }>(`/sessions/${encodeURIComponent(id)}`)
  print({ session }, () => {
    const fields = [
      ['Session', session.id],
      ['Who', `${session.principal.name} (${session.principal.id})`],
      ['Target', `${session.target} (${session.protocol})`],
      ['From', session.peer],
      ['Opened', session.opened_at],
      ['Lasted', lasted(session)],
      ['Commands', String(session.commands)],
      ['Holds', String(session.holds)],
      ...Object.entries(session.claimed).map(([name, value]) => [`Claimed ${name}`, value]),
    ]
    for (const [name = '', value = ''] of fields) say(`${printable(name).padEnd(12)} ${printable(value)}`)
  })
  return EXIT.done
}

function lasted(session: SessionJson): string {
  return session.closed_at === undefined ? 'open' : duration(Date.parse(session.closed_at) - Date.parse(session.opened_at))
}

async function replay({ client, json }: Context, id: string, options: { readonly speed: string; readonly search?: string; readonly wait: boolean }): Promise<number> {
  const speed = Number(options.speed)
  if (!(speed > 0)) throw new CliError('--speed takes a number larger than 0', EXIT.usage)
  const isTimed = options.wait && !json && process.stdout.isTTY === true
  const response = await client.open(`/sessions/${encodeURIComponent(id)}/recording`, { search: options.search }, { accept: 'application/x-ndjson' })
  // While we wait between events nothing is read, and that is no reason to give up.
  response.setTimeout(0)
  let previous: number | undefined
  let count = 0
  for await (const line of linesOf(response)) {
    if (line === '') continue
    const event = JSON.parse(line) as ReplayEvent
    if (isTimed && previous !== undefined) await sleep(Math.min((event.at_ms - previous) / speed, LONGEST_PAUSE_MS))
    previous = event.at_ms
    count += 1
    if (json) say(jsonText(event))
    else for (const text of eventLines(event)) say(text)
  }
  if (count === 0 && !json) say(options.search === undefined ? 'Nothing was recorded.' : 'Nothing contains that.')
  return EXIT.done
}

const STYLES: Readonly<Record<string, Style>> = { command: 'bold', hold: 'yellow', review: 'green', refusal: 'red', error: 'red', damaged: 'red', notice: 'yellow' }

/** One event on the time axis: `   12.345  kind  what`, further lines indented under it. */
export function eventLines(event: ReplayEvent): readonly string[] {
  const time = `${(event.at_ms / 1000).toFixed(3).padStart(10)}  `
  const style = STYLES[event.kind]
  const kind = printable(event.kind).padEnd(9)
  const [first = '', ...rest] = contentOf(event)
  return [`${coloured('dim', time)}${style === undefined ? kind : coloured(style, kind)} ${first}`, ...rest.map((line) => `${' '.repeat(22)}${line}`)]
}

function contentOf(event: ReplayEvent): readonly string[] {
  if ('body' in event) return bodyLines(event.body)
  switch (event.kind) {
    case 'columns':
      return [event.names.map(printable).join(' | ')]
    case 'row':
      return [event.cells.map((cell) => (cell === null ? 'NULL' : printable(cell))).join(' | ')]
    case 'notice':
    case 'error':
      return printableLines(`${event.code} ${event.text}`)
    case 'complete':
      return [printable(event.tag)]
    case 'data':
      return printableLines(event.text)
    case 'damaged':
      return [`the recording ends here: ${printable(event.why)}`]
  }
}

// Of no use to a reader, and all of it in --json.
const FOR_PROGRAMS = new Set(['command', 'permit', 'phase', 'policy', 'digest', 'fingerprint', 'briefing', 'principal', 'input_sha256', 'output_sha256', 'recording_bytes'])

// The text of a command stands by itself; everything else is a name and a value.
function bodyLines(body: Readonly<Record<string, unknown>>): readonly string[] {
  const { text, ...rest } = body
  const details = Object.entries(rest)
    .filter(([name, value]) => !FOR_PROGRAMS.has(name) && value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${printable(name)}=${typeof value === 'string' ? printable(value) : printable(JSON.stringify(value))}`)
    .join(' ')
  return typeof text === 'string' ? [...printableLines(text), ...(details === '' ? [] : [coloured('dim', details)])] : [details]
}
