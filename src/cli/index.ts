import type { Command } from 'commander'
import { holdsVerb } from './holds.ts'
import { sessionsVerb } from './sessions.ts'
import { tokenVerb, whoamiVerb } from './token.ts'

/** The verbs that work over HTTP on a gateway somewhere; they need nothing of it but its admin API. */
export function cliVerbs(program: Command): void {
  for (const verb of [holdsVerb(), sessionsVerb(), tokenVerb(), whoamiVerb()]) program.addCommand(verb)
}
