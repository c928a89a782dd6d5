import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { CliError, createClient, EXIT } from './client.ts'
import type { Client, Connection } from './client.ts'
import { jsonText, say, warn } from './terminal.ts'

interface RemoteOptions {
  readonly url?: string
  readonly token?: string
  readonly ca?: string
  readonly as?: string
  readonly json?: true
}

export interface Context {
  readonly client: Client
  readonly json: boolean
  /** Prints the value as JSON where --json was given, else what `show` prints. */
  print(value: unknown, show: () => void): void
}

const DEFAULT_URL = 'http://127.0.0.1:7080'
const STATE = join('.holdpoint', 'quickstart.json')

/** A verb, or a group of them, that talks to a gateway; the options may stand before or after the verbs below it. */
export function remoteCommand(name: string, description: string): Command {
  const command = new Command(name)
    .description(description)
    .addOption(new Option('--url <url>', 'the admin API').env('HOLDPOINT_URL'))
    .addOption(new Option('--token <token>', 'Holdpoint token or JWT; better in the environment, where others cannot see it').env('HOLDPOINT_TOKEN'))
    .addOption(new Option('--ca <file>', 'PEM file with the authorities that may vouch for the gateway').env('HOLDPOINT_CA'))
    .option('--as <name>', 'sign in as this person or agent of the running quickstart')
    .option('--json', 'machine-readable output')
    .configureHelp({ showGlobalOptions: true })
  // Usage errors are 2; commander's own code for them is 1, which here means refused.
  return command.exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.done : EXIT.usage))
}

type Run<A extends readonly unknown[]> = (context: Context, ...args: A) => Promise<number | undefined>

/** Runs a verb: resolves the connection, prints a failure as one line, sets the exit code. */
export function action<A extends readonly unknown[]>(run: Run<A>, { signedIn = true } = {}): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command
    const options = command.optsWithGlobals<RemoteOptions>()
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.done)
    })
    try {
      const connection = connectionOf(options, signedIn, command.getOptionValueSourceWithGlobals('url') === 'cli')
      const json = options.json === true
      const context: Context = {
        client: createClient(connection),
        json,
        print: (value, show) => (json ? say(jsonText(value, 2)) : show()),
      }
      process.exitCode = (await run(context, ...(args.slice(0, -1) as unknown as A))) ?? EXIT.done
    } catch (error) {
      if (!(error instanceof CliError)) throw error
      warn(options.json === true && error.body !== undefined ? jsonText(error.body) : `holdpoint: ${error.message}`)
      process.exitCode = error.exitCode
    }
  }
}

function connectionOf(options: RemoteOptions, signedIn: boolean, isUrlGiven: boolean): Connection {
  const { url, token, ca } = options
  const state = options.as === undefined ? undefined : readState()
  const asToken = options.as === undefined ? undefined : tokenOf(state, options.as)
  const chosen = asToken ?? token
  if (signedIn && chosen === undefined) throw new CliError('sign in with --token, HOLDPOINT_TOKEN or, in the quickstart, --as NAME', EXIT.usage)
  // With --as the quickstart's own server is meant, whatever the environment says, unless --url was written out.
  const server = isUrlGiven ? { url, ca_file: ca } : { url: state?.admin?.url ?? url, ca_file: state?.admin?.ca_file ?? ca }
  const caFile = server.ca_file
  return { url: server.url ?? DEFAULT_URL, ...(chosen === undefined ? {} : { token: chosen }), ...(caFile === undefined ? {} : { caFile }) }
}

interface State {
  readonly admin?: { readonly url?: string; readonly ca_file?: string }
  readonly people?: Readonly<Record<string, { readonly token?: string }>>
  readonly agents?: Readonly<Record<string, { readonly token?: string }>>
}

function tokenOf(state: State | undefined, name: string): string {
  const entry = [state?.people, state?.agents].find((group) => group !== undefined && Object.hasOwn(group, name))?.[name]
  if (entry?.token !== undefined) return entry.token
  const known = [...Object.keys(state?.people ?? {}), ...Object.keys(state?.agents ?? {})]
  throw new CliError(`the quickstart has nobody called ${name}; there are ${known.join(', ')}`, EXIT.usage)
}

function readState(): State {
  for (const file of stateFiles()) {
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch {
      continue
    }
    try {
      return JSON.parse(text) as State
    } catch {
      throw new CliError(`${file} is not the state of a quickstart`)
    }
  }
  throw new CliError('no quickstart is running here; start one with `npm start`', EXIT.usage)
}

function stateFiles(): readonly string[] {
  const given = process.env['HOLDPOINT_STATE']
  if (given !== undefined && given !== '') return [resolve(given)]
  const files: string[] = []
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    files.push(join(folder, STATE))
    if (folder === dirname(folder)) break
  }
  // src/cli and dist/cli are both two folders below the package's root.
  return [...files, join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), STATE)]
}
