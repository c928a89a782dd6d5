import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { BriefingJson, HoldJson } from '../admin/hold-json.ts'
import { briefingText } from './briefing.ts'
import { CliError, EXIT } from './client.ts'
import type { ExitCode } from './client.ts'
import { action, remoteCommand } from './context.ts'
import type { Context } from './context.ts'
import { linesOf } from './lines.ts'
import { ask, coloured, duration, isInteractive, jsonText, printable, say, table, warn } from './terminal.ts'
import type { Style } from './terminal.ts'

type Detail = HoldJson & { readonly briefing?: BriefingJson; readonly may_decide: boolean; readonly why_not?: string }

const MAX_WAIT_PER_REQUEST_S = 50
const RECONNECT_MS = 2_000
const STYLES: Readonly<Record<string, Style>> = { pending: 'yellow', approved: 'green', running: 'green', succeeded: 'green', rejected: 'red', failed: 'red', unknown: 'red' }

export function holdsVerb(): Command {
  const holds = remoteCommand('holds', 'commands that wait for people')
  holds
    .command('list')
    .description('holds you may see, newest first')
    .option('--state <state>', 'pending, approved, rejected, expired, withdrawn, running, succeeded, failed, unknown, .. or all', 'pending')
    .option('--limit <n>', 'at most so many', '50')
    .action(action(list))
  holds
    .command('show <id>')
    .description('one hold with its briefing; with --wait, exit code 0 approved, 75 still pending, 77 denied')
    .option('--wait <seconds>', 'wait so long for it to be settled')
    .action(action(show))
  for (const choice of ['approve', 'reject'] as const) {
    const verb = holds
      .command(`${choice} <id>`)
      .description(choice === 'approve' ? 'read the briefing, then allow exactly that command, once' : 'refuse the command')
      .option('--reason <text>', 'kept with the decision, and shown to the agent when rejecting')
      .option('--briefing <digest>', 'only if this is still the briefing in force')
      .option('--yes', 'do not ask')
    if (choice === 'approve') {
      verb
        .option('--ceiling <n>', 'the run may change at most so many rows, or it is taken back (any: no limit)')
        .option('--ceiling-others <n>', 'the same for rows that change along with them, by foreign keys')
    }
    verb
      .action(action((context, id: string, options: DecideOptions) => decide(context, id, choice, options)))
  }
  holds.command('watch').description('changes of holds as they happen').action(action(watch))
  return holds
}

async function list({ client, print }: Context, options: { readonly state: string; readonly limit: string }): Promise<number> {
  const answer = await client.get<{ holds: readonly HoldJson[]; next_cursor: string | null }>('/holds', {
    state: options.state === 'all' ? undefined : options.state,
    limit: options.limit,
  })
  print(answer, () => {
    if (answer.holds.length === 0) say(options.state === 'pending' ? 'Nothing waits for you.' : 'No such holds.')
    else say(table(['HOLD', 'CODE', 'STATE', 'WHO', 'TARGET', 'LEFT', 'APPROVED', 'COMMAND'], answer.holds.map(row)))
    if (answer.next_cursor !== null) warn('There are more; use --limit.')
  })
  return EXIT.done
}

function row(hold: HoldJson) {
  const left = hold.state === 'pending' ? duration(Date.parse(hold.expires_at) - Date.now()) : ''
  const text = printable(hold.text.replace(/\s+/g, ' '))
  // A list is for finding; what is decided on is shown whole, by `show` and `approve`.
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text
  return [hold.id, hold.code, stateCell(hold.state), hold.principal.name, hold.target, left, `${hold.approved}/${hold.needed ?? '?'}`, short]
}

async function show(context: Context, id: string, options: { readonly wait?: string }): Promise<number> {
  const hold = await fetchHold(context, id, options.wait === undefined ? 0 : secondsOf(options.wait))
  context.print(hold, () => {
    say(statusLine(hold))
    for (const review of hold.reviews) say(`  ${printable(review.reviewer)}: ${review.choice}${review.note === undefined ? '' : `, "${printable(review.note)}"`}${review.counts ? '' : ' (void: the evidence has changed)'}`)
    if (hold.cause !== undefined) say(`  ${printable(hold.cause)}`)
    if (hold.briefing) say(`\n${briefingText(hold.briefing, process.stdout)}`)
    else say(`\n${printable(hold.text)}`)
    if (hold.state === 'pending' && hold.why_not !== undefined) say(`\nYou cannot decide it: ${printable(hold.why_not)}.`)
  })
  return options.wait === undefined ? EXIT.done : exitCodeOf(hold)
}

function exitCodeOf({ state }: HoldJson): ExitCode {
  if (state === 'pending') return EXIT.pending
  if (state === 'approved' || state === 'running' || state === 'succeeded') return EXIT.done
  return state === 'failed' || state === 'unknown' ? EXIT.failed : EXIT.denied
}

interface DecideOptions {
  readonly reason?: string
  readonly briefing?: string
  readonly yes?: true
  readonly ceiling?: string
  readonly ceilingOthers?: string
}

async function decide(context: Context, id: string, choice: 'approve' | 'reject', options: DecideOptions): Promise<number> {
  const ceiling = ceilingOf(options)
  const hold = await fetchHold(context, id, 0)
  if (hold.state !== 'pending') throw new CliError(`hold ${printable(id)} was settled before: ${printable(hold.state)}`, EXIT.failed, { hold })
  if (!hold.may_decide || !hold.briefing) throw new CliError(`you cannot decide it: ${printable(hold.why_not ?? 'you were given no briefing')}`, EXIT.denied, { hold })
  if (options.briefing !== undefined && options.briefing !== hold.briefing.digest) throw new CliError('the briefing in force is another one: read it and decide anew', EXIT.failed, { hold })
  // The prompt and what it is about go to stderr: stdout is for the result.
  warn(briefingText(hold.briefing, process.stderr))
  if (ceiling !== undefined) warn(`\nWith another ceiling than the one above: ${JSON.stringify(ceiling)}`)
  if (options.yes !== true) {
    if (!isInteractive()) throw new CliError(`this is not a terminal: add --yes to ${choice} what is shown above`, EXIT.usage)
    if ((await ask(`\nType yes to ${choice}: `)) !== 'yes') throw new CliError('nothing was decided')
  }
  const body = { choice, briefing: hold.briefing.digest, ...(options.reason === undefined ? {} : { reason: options.reason }), ...(ceiling === undefined ? {} : { ceiling }) }
  const answer = await context.client.post<{ decision: string; approved: number; needed: number; hold: HoldJson }>(`/holds/${encodeURIComponent(id)}/decisions`, body, {
    'idempotency-key': randomUUID(),
  })
  context.print(answer, () => {
    if (answer.decision === 'pending') say(`Recorded: ${answer.approved} of ${answer.needed} approvals. It still waits for others.`)
    else say(statusLine(answer.hold))
  })
  return EXIT.done
}

function ceilingOf({ ceiling, ceilingOthers }: DecideOptions): { readonly rows?: number | null; readonly others?: number | null } | undefined {
  const count = (text: string, option: string): number | null => {
    if (text === 'any') return null
    if (!/^\d{1,15}$/.test(text)) throw new CliError(`${option} takes a number of rows, or any`, EXIT.usage)
    return Number(text)
  }
  if (ceiling === undefined && ceilingOthers === undefined) return undefined
  return { ...(ceiling === undefined ? {} : { rows: count(ceiling, '--ceiling') }), ...(ceilingOthers === undefined ? {} : { others: count(ceilingOthers, '--ceiling-others') }) }
}

/** Follows the event stream for ever, over reconnections; ends with an error the gateway gives, such as an expired token. */
async function watch({ client, json }: Context): Promise<never> {
  let position: string | undefined
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await client.open('/events', {}, { accept: 'text/event-stream', ...(position === undefined ? {} : { 'last-event-id': position }) })
      attempt = 0
      warn('Watching; Ctrl-C ends it.')
      let event: Record<string, string> = {}
      for await (const line of linesOf(response)) {
        const colon = line.indexOf(':')
        if (line === '') {
          if (event['id'] !== undefined) position = event['id']
          if (event['event'] === 'hold' && event['data'] !== undefined) showEvent(event['data'], json)
          event = {}
        } else if (colon > 0) {
          event[line.slice(0, colon)] = line.slice(colon + 1).trimStart()
        } else if (position === undefined && line.startsWith(': at ')) {
          position = line.slice(': at '.length)
        }
      }
    } catch (error) {
      if (!(error instanceof CliError) || error.body !== undefined || attempt >= 30) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS))
  }
}

function showEvent(data: string, json: boolean): void {
  const { what, at, hold } = JSON.parse(data) as { readonly what: string; readonly at: string; readonly hold: HoldJson }
  if (json) say(jsonText({ what, at, hold }))
  else say(`${printable(at)}  ${printable(what)}  ${statusLine(hold)}`)
}

async function fetchHold({ client }: Context, id: string, waitS: number): Promise<Detail> {
  const until = Date.now() + waitS * 1000
  for (;;) {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000))
    const hold = await client.get<Detail>(`/holds/${encodeURIComponent(id)}`, { wait: left === 0 ? undefined : Math.min(left, MAX_WAIT_PER_REQUEST_S) })
    if (hold.state !== 'pending' || Date.now() >= until) return hold
  }
}

function statusLine(hold: HoldJson): string {
  const { text, style } = stateCell(hold.state)
  const state = style === undefined ? text : coloured(style, text)
  return `${printable(hold.id)}  code ${printable(hold.code)}  ${state}  ${printable(hold.principal.name)} on ${printable(hold.target)}: ${printable(hold.action.toUpperCase())} (rule ${printable(hold.rule)})`
}

function stateCell(state: string): { readonly text: string; readonly style?: Style } {
  const style = STYLES[state]
  return { text: printable(state), ...(style === undefined ? {} : { style }) }
}

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (!Number.isFinite(seconds) || seconds < 0) throw new CliError('--wait takes seconds', EXIT.usage)
  return seconds
}
