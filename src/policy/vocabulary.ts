// The closed vocabulary rules are written in. A word that is not here is refused when a policy is loaded: a misspelt
// `verbs: [truncat]` in a deny rule would otherwise be a rule that never fires.

export const EFFECTS = ['read', 'write', 'destroy', 'admin', 'unknown'] as const
export const KINDS = ['agent', 'bot', 'ci', 'human'] as const
export const MASK_STYLES = ['pseudonym', 'partial', 'last4', 'hash', 'redact', 'null'] as const

/** Protocol housekeeping: decided by `builtin/protocol`, never by a rule of a policy. */
export const BUILTIN_ACTIONS: ReadonlySet<string> = new Set(['control', 'cancel'])

/** What calling a function of a class may do; only these are covered by an allow rule that says nothing about functions. */
export const SAFE_FUNCTION_CLASSES: ReadonlySet<string> = new Set(['pure', 'catalog', 'time', 'sequence'])

export type AttributeType = 'bool' | 'string' | 'int' | 'list<string>'

export interface Vocabulary {
  /** Every `Facts.action` a rule may name. */
  readonly verbs: readonly string[]
  /** Those of them that change the target or its configuration, or run code of unknown effect. */
  readonly changing: ReadonlySet<string>
  readonly functionClasses: readonly string[]
  readonly resourceKinds: readonly string[]
  readonly attributes: Readonly<Record<string, AttributeType>>
  readonly context: Readonly<Record<string, AttributeType>>
}

const POSTGRES_READING = [
  'select', 'copy_out', 'set', 'reset', 'show', 'discard', 'unlisten', 'begin', 'commit', 'rollback', 'savepoint', 'release', 'rollback_to',
  'deallocate', 'fetch', 'move', 'close', 'empty', 'connect', 'prepare', 'execute', 'declare', 'explain',
]
const POSTGRES_CHANGING = [
  'insert', 'update', 'delete', 'merge', 'truncate', 'copy_in', 'copy_file', 'copy_program', 'create', 'alter', 'drop', 'comment',
  'grant', 'revoke', 'role', 'set_role', 'prepare_transaction', 'do', 'call', 'lock', 'listen', 'notify', 'vacuum',
  'analyze', 'cluster', 'reindex', 'checkpoint', 'refresh', 'load', 'system', 'security_label', 'unparsed',
]

export const VOCABULARIES: Readonly<Record<string, Vocabulary>> = {
  postgres: {
    verbs: [...POSTGRES_READING, ...POSTGRES_CHANGING],
    changing: new Set(POSTGRES_CHANGING),
    functionClasses: [
      'pure', 'catalog', 'time', 'sequence', 'sideeffect', 'file', 'net', 'dynamic_sql', 'admin', 'lo', 'lock', 'guc', 'notify', 'opaque',
    ],
    resourceKinds: ['relation', 'function', 'setting', 'role', 'channel', 'language', 'file'],
    attributes: {
      class: 'string', node: 'string', depth: 'string', nested: 'bool', executes: 'string', function_classes: 'list<string>', star: 'bool', returning: 'bool',
      locking: 'bool', has_where: 'bool', where_constant_true: 'bool', has_limit: 'bool', bounded: 'bool', setting: 'string', setting_value: 'string',
      setting_op: 'string', copy_direction: 'string', copy_channel: 'string', copy_format: 'string', explain_analyze: 'bool', on_conflict: 'string',
      transaction: 'string', lock_mode: 'int', object_type: 'string', objects: 'list<string>', cascade: 'bool', reference: 'string',
      relation_kinds: 'list<string>', user_triggers: 'bool', row_security: 'bool', cascades_to: 'list<string>',
      influence: 'list<string>', write_lineage: 'list<string>', opaque_lineage: 'list<string>', security_definer: 'bool', volatile: 'bool', table_functions: 'list<string>', table_classes: 'list<string>',
      via_views: 'list<string>', rights_of: 'list<string>', in_function: 'string', only: 'bool', resolved: 'bool',
    },
    context: { in_transaction: 'bool', role: 'string', database: 'string' },
  },
}

/** The known word nearest to a misspelt one, at most two edits (one for short words) away. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = word.length <= 4 ? 2 : 3
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue
    const distance = edits(word, candidate)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** `, did you mean "x"?` or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const near = nearest(word, known)
  return near === undefined ? '' : `, did you mean "${near}"?`
}

// Optimal string alignment: a swap of neighbours counts as one edit, as it is one slip of the hand.
function edits(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, beforeLast[column - 2]! + 1)
      }
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}
