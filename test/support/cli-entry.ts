import { Command } from 'commander'
import { cliVerbs } from '../../src/cli/index.ts'
import { checkVerb } from '../../src/offline/check.ts'

// The remote verbs and `check` as a program of their own, for tests that need a process with its own exit code and streams.
const program = new Command('holdpoint')
cliVerbs(program)
checkVerb(program, async (config) => config.targets.map((target) => ({ target: target.name, ok: target.name === 'orders', detail: 'tried' })))
await program.parseAsync()
