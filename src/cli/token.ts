import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { CliError, EXIT } from './client.ts'
import { action, remoteCommand } from './context.ts'
import type { Context } from './context.ts'
import { duration, printable, say } from './terminal.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

export function tokenVerb(): Command {
  return remoteCommand('token', 'exchange a JWT of a trusted issuer for a short-lived Holdpoint token; prints nothing else')
    .option('--jwt <file>', 'file with the JWT, - for standard input; HOLDPOINT_JWT where absent')
    .option('--expires-in <seconds>', 'fewer than the gateway would give')
    .action(action(exchange, { signedIn: false }))
}

async function exchange({ client, print }: Context, options: { readonly jwt?: string; readonly expiresIn?: string }): Promise<number> {
  const answer = await client.post<{ access_token: string; expires_in: number }>('/token', {
    grant_type: EXCHANGE,
    subject_token: readJwt(options.jwt),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    ...(options.expiresIn === undefined ? {} : { expires_in: Number(options.expiresIn) }),
  })
  print(answer, () => say(printable(answer.access_token)))
  return EXIT.done
}

// Never as an argument: the process list is for everybody to read.
function readJwt(file: string | undefined): string {
  const environment = process.env['HOLDPOINT_JWT']
  if (file === undefined && environment !== undefined && environment !== '') return environment.trim()
  if (file === undefined) throw new CliError('name a file with --jwt, or set HOLDPOINT_JWT', EXIT.usage)
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').trim()
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'error'}`, EXIT.usage)
  }
}

interface Me {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly groups: readonly string[]
  readonly owner?: string
  readonly is_auditor: boolean
  readonly expires_at: string
}

export function whoamiVerb(): Command {
  return remoteCommand('whoami', 'who your credential stands for').action(action(whoami))
}

async function whoami({ client, print }: Context): Promise<number> {
  const me = await client.get<Me>('/me')
  print(me, () => {
    say(`${printable(me.name)} (${printable(me.kind)}), ${printable(me.id)}`)
    say(`Groups: ${me.groups.length === 0 ? 'none' : me.groups.map(printable).join(', ')}${me.is_auditor ? ' (reads all, decides nothing)' : ''}`)
    if (me.owner !== undefined) say(`Acts for: ${printable(me.owner)}`)
    say(`Signed in for another ${duration(Date.parse(me.expires_at) - Date.now())}.`)
  })
  return EXIT.done
}
