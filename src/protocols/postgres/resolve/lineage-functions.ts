import type { FunctionClass } from '../functions.ts'
import { Taint } from './lineage-taint.ts'
import { isNode, type Value } from './node-tree.ts'
import type { ExpandedFunction, TreeKnowledge } from './resolution.ts'

// What calling a function means for the way values take. Almost all built-in functions give back what they were given and
// nothing else. The rest falls under two questions: may the result hold what no argument held, and is an argument kept?

/** What of a call the arguments alone do not tell. */
export interface CallMeaning {
  /** Why the result may come from anywhere; null: from the arguments and `body` only. */
  readonly opaque: string | null
  /** It keeps or sends what it is given: a later statement, another session or another machine can see it. */
  readonly keeps: boolean
  /** The body of a function written in SQL. */
  readonly body: ExpandedFunction | null
}

export function callMeaning(knowledge: TreeKnowledge, functionOid: number, args: Value | undefined): CallMeaning {
  if (functionOid === 0) return { opaque: 'an operator whose function the tree does not name', keeps: true, body: null }
  const is = knowledge.classOf(functionOid)
  // Those of plain extensions are known by their class as well.
  if (knowledge.isBuiltin(functionOid) || is !== 'opaque') {
    return { opaque: opaqueBuiltin(functionOid, is, args), keeps: KEEPING.has(is), body: null }
  }
  const body = knowledge.expanded(functionOid)
  if (body === null) return { opaque: `function ${functionOid}, whose body could not be read`, keeps: true, body: null }
  const notRead = body.queries.some((query) => query.unknown.length > 0)
  return { opaque: notRead ? `function ${functionOid}, whose body could not be read whole` : null, keeps: keepsArguments(knowledge, body, new Set([functionOid])), body }
}

/** Every column that a body reads, for whatever purpose: its result may depend on any of them. */
export function readBy(body: ExpandedFunction, into: Taint): void {
  for (const query of body.queries) {
    for (const relation of query.relations) for (const attribute of relation.read) into.column(relation.oid, attribute)
    into.add(Taint.of({ from: query.influence, opaque: query.influenceOpaque }))
    for (const column of query.output ?? []) into.add(Taint.of(column))
  }
}

/** A body's parameters stand in no flow of it, so whatever it writes or hands on may hold them. */
function keepsArguments(knowledge: TreeKnowledge, body: ExpandedFunction, seen: Set<number>): boolean {
  return body.queries.some((query) => {
    if (query.flows.length > 0 || query.callFlows.length > 0 || (query.command !== 'select' && query.command !== 'nothing')) return true
    return query.calls.some(({ function: called }) => {
      if (seen.has(called)) return false
      seen.add(called)
      if (knowledge.isBuiltin(called)) return KEEPING.has(knowledge.classOf(called))
      const inner = knowledge.expanded(called)
      return inner === null || keepsArguments(knowledge, inner, seen)
    })
  })
}

/** Results of these come from tables, files, other servers, or nobody knows. */
const UNKNOWABLE: ReadonlySet<FunctionClass> = new Set(['dynamic_sql', 'file', 'net', 'lo', 'admin', 'opaque'])
/** Arguments of these stay behind, or can be seen by others: as a setting, a seed, a message, a lock's key, a sequence's value, a pause. */
const KEEPING: ReadonlySet<FunctionClass> = new Set(['sequence', 'notify', 'lock', 'sideeffect', 'lo', 'guc', 'net', 'file', 'admin', 'dynamic_sql', 'opaque'])

// Oids of built-in functions are the same in every major (src/include/catalog/pg_proc.dat).
/** current_setting(text), current_setting(text, boolean). */
const CURRENT_SETTING: ReadonlySet<number> = new Set([2077, 3294])
/** pg_show_all_settings(), behind the view pg_settings: it lists the settings that anybody made up too. */
const ALL_SETTINGS = 2084

/**
 * Settings in which nothing can be parked: fixed by the server, or one of a few words. Not TimeZone (`<any text>5` is one), nor
 * those that are numbers of the session's choosing.
 */
const HARMLESS_SETTINGS = /^(server_version(_num)?|server_encoding|client_encoding|integer_datetimes|is_superuser|standard_conforming_strings|in_hot_standby|block_size|max_(connections|identifier_length|index_keys|function_args)|(default_)?transaction_(isolation|read_only|deferrable))$/i

function opaqueBuiltin(functionOid: number, is: FunctionClass, args: Value | undefined): string | null {
  if (UNKNOWABLE.has(is)) return `function ${functionOid}, whose result does not come from its arguments alone (${is})`
  if (functionOid === ALL_SETTINGS) return 'settings of the session, which may hold anything'
  if (!CURRENT_SETTING.has(functionOid)) return null
  const name = constantText(Array.isArray(args) ? args[0] : undefined)
  return name !== null && HARMLESS_SETTINGS.test(name) ? null : 'a setting of the session, which may hold anything'
}

/** The text of a constant: `length [ bytes ]`, of which the first four are a header. Null: no plain ASCII text. */
export function constantText(node: Value | undefined): string | null {
  if (!isNode(node) || node.type !== 'CONST' || node.fields.get('consttype') !== '25') return null
  const datum = node.fields.get('constvalue')
  const bytes = typeof datum === 'string' ? /^\d+ \[ ([-\d ]*) \]$/.exec(datum)?.[1]?.split(' ').map(Number) : undefined
  if (bytes === undefined || bytes.some((byte) => byte < -128 || byte > 127 || Number.isNaN(byte))) return null
  return String.fromCharCode(...bytes.slice(4).map((byte) => byte & 255))
}
