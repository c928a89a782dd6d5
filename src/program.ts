import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { GatewayError } from './errors.ts'

function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535')
  return Number(text)
}

/** The command line. Each verb loads only what it needs, so that a remote verb never opens a store. Returns the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('holdpoint').description('Holds the commands of agents on their own connection until a person approves.').version('0.1.0').exitOverride()
  let exitCode = 0
  program.command('serve').description('run the gateway').requiredOption('--config <file>', 'holdpoint.yaml', process.env['HOLDPOINT_CONFIG'])
    .action(async (options: { readonly config: string }) => {
      const { serve } = await import('./serve.ts')
      const gateway = await serve(options.config)
      process.stdout.write(`holdpoint: postgres ${gateway.postgres.host}:${gateway.postgres.port}, admin ${gateway.admin.url}\n`)
      await new Promise<void>((resolve) => { for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve()) })
      await gateway.stop()
    })
  program.command('demo').description('run the quickstart: a Postgres with data, an identity provider and the gateway, on this machine')
    .option('--ready-file <file>', 'written as JSON once everything answers, for automation')
    .option('--dir <folder>', 'keep database, recordings and journal there')
    .option('--postgres-port <port>', '0: any free one', portOf)
    .option('--admin-port <port>', '0: any free one', portOf)
    .action(async (options: { readonly readyFile?: string; readonly dir?: string; readonly postgresPort?: number; readonly adminPort?: number }) => {
      const { runDemo } = await import('./quickstart/demo.ts').catch((error: unknown) => {
        if ((error as { readonly code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error
        throw new GatewayError('config_invalid', 'the quickstart needs the development packages, which an installation for production leaves out: run it in a checkout with npm start')
      })
      const [{ serve }, { createLog }] = await Promise.all([import('./serve.ts'), import('./log.ts')])
      const { dir, ...rest } = options
      exitCode = await runDemo({ ...rest, ...(dir === undefined ? {} : { directory: dir }) }, (file) => serve(file, { log: createLog({ level: 'error' }) }))
    })
  program.command('agent').description('play an agent against the running quickstart').option('--statement <sql>', 'the change that has to wait')
    .action(async (options: { readonly statement?: string }) => {
      const { runAgent } = await import('./quickstart/agent.ts')
      exitCode = await runAgent(options)
    })
  const verb = argv[2]
  if (verb === undefined || verb === 'policy' || verb === '--help' || verb === 'help') (await import('./offline/policy.ts')).policyVerbs(program)
  if (verb === undefined || verb === 'audit' || verb === '--help' || verb === 'help') (await import('./offline/verify.ts')).verifyVerb(program)
  if (verb === undefined || verb === 'check' || verb === '--help' || verb === 'help') {
    const { checkVerb } = await import('./offline/check.ts')
    checkVerb(program, async (config) => (await import('./offline/try-targets.ts')).tryTargets(config))
  }
  if (!['serve', 'demo', 'agent', 'policy', 'audit', 'check'].includes(verb ?? '')) (await import('./cli/index.ts')).cliVerbs(program)
  try {
    await program.parseAsync([...argv])
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : error.code.startsWith('commander.') ? 2 : error.exitCode
    process.stderr.write(`${error instanceof GatewayError ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
    return 1
  }
  return exitCode === 0 ? Number(process.exitCode ?? 0) : exitCode
}
