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
  if (statement.action === 'set_role' || statement.action === 'do' || statement.action === 'call' || statement.nested.some(movesNames) || makesObjectsOfItsOwn(statement)) return true
  // RESET goes back to what the start-up packet said, which is the gateway's.
  return statement.action === 'set' && statement.settings.some((setting) => MEANING_SETTINGS.has(setting.name.toLowerCase()))
}

/** The last three: whether rules and triggers apply, what `= NULL` means, and which of two numbers is the month. */
const MEANING_SETTINGS: ReadonlySet<string> = new Set(['search_path', 'role', 'session_authorization', 'session_replication_role', 'transform_null_equals', 'datestyle'])

/** It may make what this session alone sees, and by its plain name before everything else. */
export function makesObjectsOfItsOwn(statement: RawStatement): boolean {
  return runsHiddenCode(statement) || statement.nested.some(makesObjectsOfItsOwn) || statement.relations.some((relation) => relation.creates && isTemporary(relation))
    || (statement.class === 'ddl' && statement.object.names.some((name) => /(^|["\s,.(])pg_temp/i.test(name)))
}

function isTemporary(relation: RawStatement['relations'][number]): boolean {
  return relation.temporary || relation.schema?.startsWith('pg_temp') === true
}

/** Once it is committed, names may mean something else to every session. */
export function changesCatalog(statement: RawStatement): boolean {
  // A prepared transaction that is committed may have been anybody's.
  if (statement.nested.some(changesCatalog) || runsHiddenCode(statement) || statement.action === 'prepare_transaction') return true
  const created = statement.relations.filter((relation) => relation.creates)
  if (created.length > 0) return !created.every(isTemporary)
  return statement.class === 'ddl' || statement.class === 'dcl'
}

/**
 * Locks a table against being read or written for as long as its transaction is open: another session that analyses a statement
 * about it waits, so this one is asked itself.
 */
export function locksTables(statement: RawStatement): boolean {
  return LOCKING.has(statement.action) || statement.nested.some(locksTables)
}

const LOCKING: ReadonlySet<string> = new Set(['truncate', 'lock', 'refresh', 'cluster', 'reindex'])

/** Takes the session's path or role back to something, or its temporary objects away. */
export function resetsSession(statement: RawStatement): boolean {
  return statement.action === 'reset' || statement.action === 'discard' || statement.action === 'set_role' || movesNames(statement)
}

/** What was done since its beginning, or since a savepoint, stands or is taken back. */
export function endsTransaction(statement: RawStatement): boolean {
  return statement.class === 'tx' && statement.action !== 'begin' && statement.action !== 'savepoint' && statement.action !== 'release'
}

/** One of the few that a failed transaction takes (IsTransactionExitStmt, postgres.c). */
export function leavesFailedTransaction(statement: RawStatement): boolean {
  return statement.action === 'commit' || statement.action === 'rollback' || statement.action === 'rollback_to' || (statement.action === 'prepare_transaction' && statement.transaction?.op === 'prepare')
}

/** Settings by which the target tells its query trees: ours, around what we have it analyse. */
export function takesOurSettings(statement: RawStatement): boolean {
  return statement.nested.some(takesOurSettings) || statement.settings.some(({ op, name, value }) => {
    if (op === 'show') return false
    const setting = name.toLowerCase()
    return /^(debug_print_\w+|debug_pretty_print|log_min_messages)$/.test(setting) || (setting === 'client_min_messages' && value !== null && /^(debug\d?|log)$/i.test(value))
  })
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
