import { serialize } from 'pg-protocol'
import { startupPacket, type UpstreamTarget } from '../upstream.ts'

// Everything an analysis connection says of its own accord. What it is asked to analyse is the only other thing that leaves on it.

export type AnalysisWord = 'connect' | 'about' | 'about_14' | 'quiet' | 'role' | 'print' | 'names'

/** The role that signs in, and the one whose eyes it then looks with. */
export interface AnalysisLogin extends UpstreamTarget {
  readonly role: string
}

// An analysis waits for nobody long: what takes a table for itself keeps its own statements waiting, not everybody's.
const SETTINGS: Readonly<Record<string, string>> = {
  standard_conforming_strings: 'on',
  // Nobody's objects stand in for built-in ones while we look around; the path of the agents comes last.
  search_path: '',
  lock_timeout: '3s',
  statement_timeout: '10s',
  idle_in_transaction_session_timeout: '30s',
  debug_pretty_print: 'off',
  debug_print_parse: 'off',
  debug_print_plan: 'off',
}

/** By name, for the adapter's closed list of words. */
export function analysisWords(key: string, login: AnalysisLogin, database: string, searchPath: readonly string[]): ReadonlyMap<string, Buffer> {
  const options = Object.entries(SETTINGS).map(([name, value]) => `-c ${name}=${value}`).join(' ')
  const path = `SET search_path = ${searchPath.map(quoted).join(', ')}`
  const words: Readonly<Record<AnalysisWord, Buffer>> = {
    connect: startupPacket({ user: login.user, database, application_name: 'holdpoint analysis', client_encoding: 'UTF8', options }),
    about: serialize.query(about(login.role, `pg_catalog.has_parameter_privilege('log_min_messages', 'SET')`)),
    about_14: serialize.query(about(login.role, `(SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) current_user)`)),
    quiet: serialize.query(`SET log_min_messages = 'panic'`),
    role: serialize.query(`SET ROLE ${quoted(login.role)}`),
    // In this order: from the last one on the target tells us the tree of everything it is shown.
    print: serialize.query(`${path}; SET default_transaction_read_only = on; SET client_min_messages = log; SET debug_print_rewritten = on`),
    names: serialize.query(path),
  }
  return new Map(Object.entries(words).map(([name, bytes]) => [wordName(key, name as AnalysisWord), bytes]))
}

export function wordName(key: string, word: AnalysisWord): string {
  return `postgres/${key}/analysis/${word}`
}

/** What can be done here: asked as the role that signed in, before it takes the agents' role. */
function about(role: string, mayQuiet: string): string {
  return `SELECT pg_catalog.current_setting('server_version_num') AS version, pg_catalog.current_setting('log_min_messages') AS log_level,
    pg_catalog.current_setting('log_statement') AS log_statement, pg_catalog.current_setting('log_min_duration_statement') AS log_duration,
    pg_catalog.pg_is_in_recovery() AS standby, ${mayQuiet} AS may_quiet,
    pg_catalog.has_database_privilege(${literal(role)}, pg_catalog.current_database(), 'TEMP') AS may_temp,
    (SELECT pg_catalog.count(*) FROM pg_catalog.pg_event_trigger WHERE evtenabled OPERATOR(pg_catalog.<>) 'D' AND evtevent OPERATOR(pg_catalog.<>) 'login') AS event_triggers`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function literal(text: string): string {
  return `'${text.replaceAll(`'`, `''`)}'`
}
