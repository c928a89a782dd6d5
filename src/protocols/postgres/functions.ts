import type { Facts } from '../../gateway/command.ts'

/**
 * What calling a function may do. `pure`: nothing but its arguments (and random numbers). `catalog`: reads what every role
 * may read of the server's state. `dynamic_sql`: runs SQL it is given or reads tables it is named. `opaque`: not built in.
 */
export type FunctionClass =
  | 'pure' | 'catalog' | 'time' | 'sequence' | 'sideeffect' | 'file' | 'net' | 'dynamic_sql' | 'admin' | 'lo' | 'lock' | 'guc' | 'notify' | 'opaque'

// Names decide only where volatility does not. An immutable built-in is pure and a stable one reads the catalogue
// unless it is named here; a volatile one that is not named here has side effects.
const BY_NAME: readonly (readonly [FunctionClass, RegExp])[] = [
  ['dynamic_sql', /^(query|cursor|table|schema|database)_to_xml/],
  ['dynamic_sql', /^(ts_stat|crosstab\w*|connectby|xpath_table)$/],
  ['file', /^pg_(read_(binary_)?file|ls_\w+|stat_file|file_\w+|hba_file_rules|ident_file_mappings|show_all_file_settings|current_logfile|get_loaded_modules)$/],
  ['file', /^lo_(import|export)$/],
  ['net', /^(dblink\w*|postgres_fdw_\w+|http\w*)$/],
  ['lo', /^(lo_\w+|loread|lowrite)$/],
  // Gives up locks of this session, and takes none.
  ['catalog', /^pg_advisory_unlock_all$/],
  ['lock', /^pg_(try_)?advisory_\w+$|^pg_sleep(_for|_until)?$/],
  // A seed is state of the session: what one statement puts into it, a later random() tells, without the masks of the first.
  ['guc', /^(set_config|setseed)$/],
  // Shows what SHOW ALL shows.
  ['guc', /^pg_show_all_settings$/],
  ['notify', /^pg_notify$/],
  // Stable by name, and takes a transaction number: the server's own sign of a write, and there are only so many.
  ['sideeffect', /^(txid_current|pg_current_xact_id)$/],
  ['sequence', /^(nextval|setval)$/],
  ['time', /^(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)$/],
  ['pure', /^(random|random_normal|gen_random_uuid|uuidv[47]|array_sample|array_shuffle|bernoulli|system)$/],
  ['admin', /^pg_(terminate|cancel)_backend$|^pg_(reload_conf|rotate_logfile|promote|config|import_system_collations|log_\w+|export_snapshot)$/],
  ['admin', /^pg_(create|drop|copy|sync)_\w+$|^pg_(logical|replication|wal_replay|start|stop|switch|backup)_\w+$|^(brin|gin)_(summarize|desummarize|clean)\w*$/],
  ['admin', /^pg_stat_reset\w*$|^pg_(clear|restore)_(relation|attribute)_stats$|^binary_upgrade_\w+$/],
  // Statements, addresses and logins of other sessions.
  ['admin', /^pg_stat_get_(activity|backend_activity|backend_client_\w+|wal_senders|wal_receiver|replication_slot\w*|subscription)$|^pg_get_replication_slots$/],
  ['catalog', /^(currval|lastval|current_query|currtid2|txid_status|pg_is_\w+|pg_last_\w+|pg_current_wal_\w+|pg_jit_available)$/],
  ['catalog', /^pg_(stat_get_\w+|stat_clear_snapshot|stat_force_next_flush|stat_have_stats|lock_status|prepared_xact|blocking_pids|safe_snapshot_blocking_pids)$/],
  ['catalog', /^pg_((database|indexes|relation|table|tablespace|total_relation)_size|partition_(ancestors|tree)|sequence_last_value|get_sequence_data|xact_\w+)$/],
  ['catalog', /^pg_(control_\w+|collation_actual_version|database_collation_actual_version|notification_queue_usage|get_wait_events|isolation_test_session_is_blocked)$/],
]

export type Volatility = 'i' | 's' | 'v'

/** The class of a built-in function (one overload of it). */
export function builtinClass(name: string, volatility: Volatility, argumentCount: number): FunctionClass {
  // Two arguments: a target and the text of a query to run. Three: plain values.
  if (name === 'ts_rewrite') return argumentCount === 2 ? 'dynamic_sql' : 'pure'
  const named = namedClass(name)
  if (named !== null) return named
  return volatility === 'i' ? 'pure' : volatility === 's' ? 'catalog' : 'sideeffect'
}

/** The class a name alone tells, for extension functions too; null when it tells nothing. */
export function namedClass(name: string): FunctionClass | null {
  for (const [functionClass, pattern] of BY_NAME) if (pattern.test(name)) return functionClass
  return null
}

/** Extensions of types and plain functions, which PostgreSQL's own authors (or, for vector, everybody) keep: they reach nothing beyond their arguments. */
const PLAIN_EXTENSIONS: ReadonlySet<string> = new Set([
  'btree_gin', 'btree_gist', 'citext', 'cube', 'earthdistance', 'fuzzystrmatch', 'hstore', 'intarray', 'isn', 'ltree', 'pg_trgm', 'pgcrypto', 'seg', 'unaccent', 'uuid-ossp', 'vector',
])

/** Extensions of which the same is said of what they call immutable. */
const MOSTLY_PLAIN_EXTENSIONS: ReadonlySet<string> = new Set(['postgis', 'timescaledb'])

/** The class of a function in C that an extension brought; `opaque` for those that are not known. */
export function extensionClass(name: string, extension: string, volatility: Volatility): FunctionClass {
  // Keeps a threshold in a setting.
  if (name === 'set_limit') return 'guc'
  if (volatility === 'i' && MOSTLY_PLAIN_EXTENSIONS.has(extension)) return 'pure'
  if (!PLAIN_EXTENSIONS.has(extension)) return 'opaque'
  return volatility === 's' ? 'catalog' : 'pure'
}

const ORDER: readonly FunctionClass[] = [
  'pure', 'time', 'catalog', 'sequence', 'notify', 'lock', 'sideeffect', 'lo', 'guc', 'net', 'file', 'admin', 'dynamic_sql', 'opaque',
]

export function worstClass(classes: readonly FunctionClass[]): FunctionClass {
  let worst: FunctionClass = 'pure'
  for (const one of classes) if (ORDER.indexOf(one) > ORDER.indexOf(worst)) worst = one
  return worst
}

/** The least a statement that calls it does. */
export const CLASS_EFFECTS: Readonly<Record<FunctionClass, Facts['effect']>> = {
  pure: 'read',
  catalog: 'read',
  time: 'read',
  sequence: 'write',
  notify: 'write',
  lock: 'write',
  sideeffect: 'write',
  lo: 'admin',
  guc: 'admin',
  net: 'admin',
  file: 'admin',
  admin: 'admin',
  dynamic_sql: 'unknown',
  opaque: 'unknown',
}

/** Classes that are so ordinary that a reading does not list them as resources. */
export const ORDINARY_CLASSES: ReadonlySet<FunctionClass> = new Set(['pure', 'catalog', 'time'])
