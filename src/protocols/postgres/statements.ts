import type { Facts } from '../../gateway/command.ts'

export type StatementClass =
  | 'read' | 'write' | 'ddl' | 'dcl' | 'tx' | 'session' | 'utility' | 'code' | 'cursor' | 'copy' | 'unknown'

export interface StatementKind {
  readonly class: StatementClass
  readonly action: string
  readonly effect: Facts['effect']
}

const kind = (statementClass: StatementClass, action: string, effect: Facts['effect']): StatementKind => ({ class: statementClass, action, effect })

const CREATE = kind('ddl', 'create', 'admin')
const ALTER = kind('ddl', 'alter', 'admin')
const DROP = kind('ddl', 'drop', 'destroy')
const ROLE = kind('dcl', 'role', 'admin')

/**
 * What each statement of the grammar is, before its details are looked at (walk.ts refines SET, COPY, GRANT,
 * transaction control, SELECT INTO). A statement that is not here is `unknown`.
 */
export const STATEMENTS: ReadonlyMap<string, StatementKind> = new Map<string, StatementKind>([
  ['SelectStmt', kind('read', 'select', 'read')],
  ['ReturnStmt', kind('read', 'select', 'read')],
  ['InsertStmt', kind('write', 'insert', 'write')],
  ['UpdateStmt', kind('write', 'update', 'write')],
  ['DeleteStmt', kind('write', 'delete', 'destroy')],
  ['MergeStmt', kind('write', 'merge', 'write')],
  ['TruncateStmt', kind('write', 'truncate', 'destroy')],
  ['CopyStmt', kind('copy', 'copy_out', 'read')],
  ['TransactionStmt', kind('tx', 'begin', 'read')],
  ['VariableSetStmt', kind('session', 'set', 'admin')],
  ['VariableShowStmt', kind('session', 'show', 'read')],
  ['ConstraintsSetStmt', kind('session', 'set', 'write')],
  ['DiscardStmt', kind('session', 'discard', 'read')],
  ['PrepareStmt', kind('cursor', 'prepare', 'read')],
  ['ExecuteStmt', kind('cursor', 'execute', 'read')],
  ['DeallocateStmt', kind('cursor', 'deallocate', 'read')],
  ['DeclareCursorStmt', kind('cursor', 'declare', 'read')],
  ['FetchStmt', kind('cursor', 'fetch', 'read')],
  ['ClosePortalStmt', kind('cursor', 'close', 'read')],
  ['ExplainStmt', kind('utility', 'explain', 'read')],
  ['DoStmt', kind('code', 'do', 'unknown')],
  ['CallStmt', kind('code', 'call', 'unknown')],
  ['LockStmt', kind('utility', 'lock', 'write')],
  ['ListenStmt', kind('session', 'listen', 'read')],
  ['UnlistenStmt', kind('session', 'unlisten', 'read')],
  ['NotifyStmt', kind('session', 'notify', 'write')],
  ['VacuumStmt', kind('utility', 'vacuum', 'admin')],
  ['ClusterStmt', kind('utility', 'cluster', 'admin')],
  ['ReindexStmt', kind('utility', 'reindex', 'admin')],
  ['CheckPointStmt', kind('utility', 'checkpoint', 'admin')],
  ['RefreshMatViewStmt', kind('utility', 'refresh', 'admin')],
  ['LoadStmt', kind('utility', 'load', 'admin')],
  ['AlterSystemStmt', kind('utility', 'system', 'admin')],
  ['SecLabelStmt', kind('dcl', 'security_label', 'admin')],
  ['CommentStmt', kind('ddl', 'comment', 'admin')],
  ['GrantStmt', kind('dcl', 'grant', 'admin')],
  ['GrantRoleStmt', kind('dcl', 'grant', 'admin')],
  ['AlterDefaultPrivilegesStmt', kind('dcl', 'grant', 'admin')],
  ...[
    'CreateRoleStmt', 'AlterRoleStmt', 'AlterRoleSetStmt', 'DropRoleStmt', 'DropOwnedStmt', 'ReassignOwnedStmt',
  ].map((node): [string, StatementKind] => [node, ROLE]),
  ...[
    'CreateStmt', 'CreateTableAsStmt', 'CreateForeignTableStmt', 'ViewStmt', 'IndexStmt', 'CreateSeqStmt', 'CreateSchemaStmt', 'CreateFunctionStmt',
    'CreateTrigStmt', 'CreateEventTrigStmt', 'CreatePolicyStmt', 'RuleStmt', 'CreateExtensionStmt', 'CreateFdwStmt', 'CreateForeignServerStmt',
    'CreateUserMappingStmt', 'ImportForeignSchemaStmt', 'CreateAmStmt', 'CreatePLangStmt', 'CreateDomainStmt', 'CreateEnumStmt',
    'CreateRangeStmt', 'CompositeTypeStmt', 'DefineStmt', 'CreateOpClassStmt', 'CreateOpFamilyStmt', 'CreateCastStmt', 'CreateConversionStmt',
    'CreateTransformStmt', 'CreateStatsStmt', 'CreatePublicationStmt', 'CreateSubscriptionStmt', 'CreateTableSpaceStmt', 'CreatedbStmt',
  ].map((node): [string, StatementKind] => [node, CREATE]),
  ...[
    'AlterTableStmt', 'AlterDomainStmt', 'AlterCollationStmt', 'AlterTableSpaceOptionsStmt', 'AlterTableMoveAllStmt', 'AlterExtensionStmt',
    'AlterExtensionContentsStmt', 'AlterFdwStmt', 'AlterForeignServerStmt', 'AlterUserMappingStmt', 'AlterPolicyStmt', 'AlterEventTrigStmt',
    'AlterSeqStmt', 'AlterOpFamilyStmt', 'AlterStatsStmt', 'AlterFunctionStmt', 'RenameStmt', 'AlterObjectDependsStmt', 'AlterObjectSchemaStmt',
    'AlterOwnerStmt', 'AlterOperatorStmt', 'AlterTypeStmt', 'AlterEnumStmt', 'AlterDatabaseStmt', 'AlterDatabaseRefreshCollStmt',
    'AlterDatabaseSetStmt', 'AlterTSDictionaryStmt', 'AlterTSConfigurationStmt', 'AlterPublicationStmt', 'AlterSubscriptionStmt',
  ].map((node): [string, StatementKind] => [node, ALTER]),
  ...[
    'DropStmt', 'DropTableSpaceStmt', 'DropUserMappingStmt', 'DropdbStmt', 'DropSubscriptionStmt',
  ].map((node): [string, StatementKind] => [node, DROP]),
])

/** TransactionStmtKind to our verb; COMMIT PREPARED and ROLLBACK PREPARED settle what another session prepared. */
export const TRANSACTION_ACTIONS: ReadonlyMap<string, string> = new Map([
  ['TRANS_STMT_BEGIN', 'begin'],
  ['TRANS_STMT_START', 'begin'],
  ['TRANS_STMT_COMMIT', 'commit'],
  ['TRANS_STMT_ROLLBACK', 'rollback'],
  ['TRANS_STMT_SAVEPOINT', 'savepoint'],
  ['TRANS_STMT_RELEASE', 'release'],
  ['TRANS_STMT_ROLLBACK_TO', 'rollback_to'],
  ['TRANS_STMT_PREPARE', 'prepare_transaction'],
  ['TRANS_STMT_COMMIT_PREPARED', 'prepare_transaction'],
  ['TRANS_STMT_ROLLBACK_PREPARED', 'prepare_transaction'],
])

/** Settings that change how results look or how long we wait, never what a statement means or may do. */
const HARMLESS_SETTINGS: ReadonlySet<string> = new Set([
  'application_name', 'datestyle', 'timezone', 'intervalstyle', 'extra_float_digits', 'bytea_output', 'client_min_messages',
  'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout',
  'transaction_isolation', 'transaction_read_only', 'transaction_deferrable',
])

/** `read` for a setting that is presentation only (or says what is pinned anyway), `admin` for every other. `value` null: reset to the default. */
export function settingEffect(name: string, value: string | null): Facts['effect'] {
  const lower = name.toLowerCase()
  if (HARMLESS_SETTINGS.has(lower)) return 'read'
  if (lower === 'client_encoding' && value !== null && /^utf-?8$|^unicode$/i.test(value)) return 'read'
  if (lower === 'standard_conforming_strings' && value !== null && /^(on|true|yes|1)$/i.test(value)) return 'read'
  return 'admin'
}
