import type { Facts } from '../../../gateway/command.ts'
import type { Catalog } from '../catalog.ts'
import type { ParserPool } from '../parser.ts'
import type { RawStatement } from '../raw.ts'
import type { Resolution } from '../resolve/resolution.ts'

// Whether a generated query may be asked at all: it must be one plain query in which nothing runs but what came with the
// server and has no effect. What a generator made is judged like a stranger's text, by the grammar and by the target.

export type Judged =
  | { readonly kind: 'pure'; readonly statement: RawStatement; readonly resolution: Resolution | undefined }
  /** Harmless, and different at each run (random()): a count of now says little about the run. */
  | { readonly kind: 'volatile'; readonly statement: RawStatement; readonly resolution: Resolution | undefined }
  | { readonly kind: 'refused'; readonly why: string }

export interface JudgeParts {
  readonly parser: Pick<ParserPool, 'parse' | 'exact'>
  readonly catalog: () => Catalog
  /** What the target makes of a statement, as the agent's session begins; undefined where the target is not asked. */
  readonly resolve: (statement: RawStatement, types: readonly number[]) => Resolution | undefined | Promise<Resolution | undefined>
  /** The readings of a statement by its text and the catalogue. */
  readonly facts: (statement: RawStatement) => readonly Facts[]
  /** When there is no more time to ask, on the clock of performance.now(). */
  readonly until: number
}

const HARMLESS: ReadonlySet<string> = new Set(['pure', 'time', 'catalog'])

export async function judge(sql: string, types: readonly number[], parts: JudgeParts): Promise<Judged> {
  const bytes = Buffer.from(sql)
  // What runs in it is the same for all texts of its shape; only the target's refusal may be about another one's literal.
  const judged = await judgeRead(await parts.parser.parse(bytes), types, parts)
  return judged.kind === 'refused' ? judgeRead(await parts.parser.exact(bytes), types, parts) : judged
}

async function judgeRead(statements: readonly RawStatement[], types: readonly number[], parts: JudgeParts): Promise<Judged> {
  const [statement] = statements
  if (statement === undefined || statements.length > 1 || statement.node !== 'SelectStmt' || statement.effect !== 'read' || statement.nested.length > 0 || statement.locking.length > 0) {
    return refused('the query made of it is not a plain one')
  }
  const catalog = parts.catalog()
  const resolution = await inTime(parts.resolve(statement, types), parts.until)
  if (resolution === LATE) return refused('the target did not say in time what a count of it would mean')
  if (resolution === undefined) return byFacts(statement, parts.facts(statement), catalog)
  if (resolution.kind === 'rejected') return refused(`the target does not take the query made of it (SQLSTATE ${resolution.fields.get('C') ?? 'unknown'})`)
  if (resolution.kind === 'unresolved') return refused(resolution.reason)
  let isVolatile = false
  for (const query of resolution.queries) {
    if (query.command !== 'select' || query.locks) return refused('the query made of it would change or lock rows')
    const [unknown] = query.unknown
    if (unknown !== undefined) return refused(unknown)
    for (const { oid } of query.relations) {
      const foreign = foreignIn(oid, catalog)
      if (foreign !== null) return refused(`${foreign} is a foreign table`)
    }
    for (const call of query.calls) {
      const found = catalog.functions.get(call.function)
      if (found === undefined || !found.builtin) return refused(`it calls ${found === undefined ? 'a function' : `${found.schema}.${found.name}`}, which did not come with the server`)
      if (!HARMLESS.has(found.class)) return refused(`it calls ${found.name}, which has effects of its own`)
      if (found.volatility === 'v') isVolatile = true
    }
    for (const oid of query.userTypes) {
      const type = catalog.types.get(oid)
      if (type === undefined || type.calls.some((call) => catalog.functions.get(call)?.builtin !== true)) return refused(`values of type ${type?.name ?? 'unknown'} run code that did not come with the server`)
    }
  }
  return { kind: isVolatile ? 'volatile' : 'pure', statement, resolution }
}

const LATE = Symbol('late')

/** Analysis may wait for a lock longer than a measure does. */
async function inTime<T>(answer: T | Promise<T>, until: number): Promise<T | typeof LATE> {
  if (!(answer instanceof Promise)) return answer
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<typeof LATE>((resolve) => { timer = setTimeout(() => resolve(LATE), Math.max(0, until - performance.now())) })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Where the target is not asked what names mean, its text must leave no doubt. */
function byFacts(statement: RawStatement, readings: readonly Facts[], catalog: Catalog): Judged {
  for (const facts of readings) {
    const [unknown] = facts.unknown
    if (unknown !== undefined) return refused(unknown)
    if (facts.effect !== 'read') return refused('the query made of it does more than read')
    const classes = facts.attributes['function_classes']
    if (!Array.isArray(classes) || classes.some((one) => !HARMLESS.has(one))) return refused('it calls a function that has effects of its own')
  }
  const isVolatile = statement.functions.some((one) => catalog.functionsNamed(one.name).some((found) => found.volatility === 'v'))
  return { kind: isVolatile ? 'volatile' : 'pure', statement, resolution: undefined }
}

/** A partition or child may be one too. */
function foreignIn(oid: number, catalog: Catalog): string | null {
  const queue = [oid]
  const seen = new Set(queue)
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const relation = catalog.relations.get(at)
    if (relation?.kind === 'f') return `${relation.schema}.${relation.name}`
    for (const child of relation?.children ?? []) {
      if (seen.has(child)) continue
      seen.add(child)
      queue.push(child)
    }
  }
  return null
}

function refused(why: string): Judged {
  return { kind: 'refused', why }
}
