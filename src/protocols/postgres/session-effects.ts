import type { Facts } from '../../gateway/command.ts'
import type { Prepared } from './exchange.ts'
import type { RawStatement } from './raw.ts'

// What a statement does to the session that later ones are judged in: names it defines or relies on, settings it changes.

/** Prepared statements and portals that begin with this are ours: our own words rely on one that does not exist. */
export const RESERVED = 'holdpoint/'

/** Its meaning hangs on a name that means something else each time. */
export function refersToNames(statement: RawStatement): boolean {
  return statement.reference !== undefined || statement.currentOf !== null || statement.nested.some(refersToNames)
}

/** Would take a name that our own words rely on not to exist. */
export function takesOurName(statement: RawStatement): boolean {
  return statement.reference?.name?.startsWith(RESERVED) === true || statement.nested.some(takesOurName)
}

/** `SET holdpoint.…`, `RESET holdpoint.…`: a note for reviewers, which never reaches the target. */
export function isOurSetting(statement: RawStatement): boolean {
  return statement.settings.length > 0 && (statement.action === 'set' || statement.action === 'reset') && statement.settings.every((setting) => setting.name.toLowerCase().startsWith('holdpoint.'))
}

/** Answered by us in either protocol. */
export function isOurs(prepared: Prepared): boolean {
  return prepared.raw.length === 1 && isOurSetting(prepared.raw[0] as RawStatement)
}

/** Code that nobody read may prepare and close statements of its own: no name from before is relied on any more. */
export function runsHiddenCode(statement: RawStatement): boolean {
  return statement.action === 'do' || statement.action === 'call'
}

/** After it, the names in later texts may resolve elsewhere than in the catalogue's default path. */
export function movesNames(statement: RawStatement): boolean {
  if (statement.action === 'set_role' || statement.action === 'do' || statement.action === 'call' || statement.nested.some(movesNames) || statement.relations.some((relation) => relation.creates && relation.temporary)) return true
  // RESET goes back to what the start-up packet said, which is the gateway's.
  return statement.action === 'set' && statement.settings.some((setting) => ['search_path', 'role', 'session_authorization'].includes(setting.name.toLowerCase()))
}

/** Functions of these classes may run set_config, or SQL that does. */
export function mayChangeSettings(facts: Facts): boolean {
  const classes = facts.attributes['function_classes']
  return Array.isArray(classes) && classes.some((name: string) => name === 'guc' || name === 'opaque' || name === 'dynamic_sql' || name === 'sideeffect')
}

/** COPY … FROM STDIN: input follows that nobody has reviewed. */
export function readsClient(statement: RawStatement): boolean {
  return statement.copy?.direction === 'in' && statement.copy.channel === 'client'
}
