import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caseCommand, loadCases, type PolicyCase } from '../../src/policy/cases.ts'
import { createEvaluator } from '../../src/policy/evaluate.ts'
import { loadPolicies } from '../../src/policy/load.ts'
import { type FactsState, resolveFacts } from '../../src/protocols/postgres/facts.ts'
import type { RawStatement } from '../../src/protocols/postgres/raw.ts'
import type { Resolution } from '../../src/protocols/postgres/resolve/resolution.ts'
import { AGENT_ROLE, type AnalysisWorld, createAnalysisWorld, type Opened } from '../support/analysis.ts'

// The cases beside the shipped policies are judged by the text and PostgreSQL's own catalogue. A gateway asks its target as
// well, and must come to the same verdicts: here every one of them is put to a real server with the tables they assume.

const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url))

const SCHEMA = `
  CREATE TABLE customers (id int PRIMARY KEY, full_name text, email text, phone text, iban text, card_number text, note text);
  CREATE TABLE invoices (id int PRIMARY KEY, customer_id int REFERENCES customers, total numeric, status text, issued_on date);
  CREATE TABLE invoice_lines (id int PRIMARY KEY, invoice_id int REFERENCES invoices ON DELETE CASCADE, sku text, quantity int, price numeric);
  CREATE TABLE access_grants (id int PRIMARY KEY, subject text, system text, role text, elevated bool, expires_on date);
  CREATE TABLE accounts (id int PRIMARY KEY, owner text, email text, api_token text, balance numeric);
  CREATE TABLE payments (id int PRIMARY KEY, account_id int REFERENCES accounts, amount numeric, paid_on date);
  GRANT ALL ON ALL TABLES IN SCHEMA public TO ${AGENT_ROLE};
`

let world: AnalysisWorld
let opened: Opened
const databases = new Map<string, Opened>()
beforeAll(async () => {
  world = await createAnalysisWorld(SCHEMA)
  for (const method of ['print', 'function'] as const) databases.set(method, await world.open({ as: 'asker', method, searchPath: ['public'] }))
}, 90_000)
afterAll(() => world?.close())

describe.each([[POLICIES, 'print'], [`${POLICIES}/production`, 'print'], [POLICIES, 'function']] as const)('%s, resolved by %s', (dir, method) => {
  const evaluator = createEvaluator(loadPolicies(dir))
  // Asked by functions, the target must be told the types of parameters, which these texts do not.
  const written = loadCases(dir).filter((one) => one.sql !== undefined && !(method === 'function' && one.sql.includes('$1')))

  it('comes to the same verdicts when the target itself says what statements mean', async () => {
    opened = databases.get(method) as Opened
    const differences: string[] = []
    let asked = 0
    for (const one of written) {
      const resolved = await judge(one)
      if (resolved !== null) asked++
      if (resolved !== null && resolved !== one.expect) differences.push(`${one.line}: ${one.sql ?? ''}: ${one.expect} by the text, ${resolved} as resolved`)
    }
    expect(differences).toEqual([])
    expect(asked / written.length).toBeGreaterThan(0.8)
  })

  /** Null: the target does not take the statement, so that no policy is asked. */
  async function judge(one: PolicyCase): Promise<string | null> {
    const raw = await opened.parseAll(one.sql ?? '').catch(() => null)
    if (raw === null) return null
    const known = new Map<RawStatement, Resolution>()
    const ask = async (statement: RawStatement): Promise<boolean> => {
      const resolution = await opened.database.resolver.resolve(statement, [])
      known.set(statement, resolution)
      if (resolution.kind === 'rejected') return false
      for (const inner of statement.nested) if (!(await ask(inner))) return false
      return true
    }
    for (const statement of raw) if (!(await ask(statement))) return null
    const state: FactsState = {
      searchPath: ['public'], role: AGENT_ROLE, database: 'postgres', temporaryTablesPossible: false, prepared: () => null, cursor: () => null,
      resolution: (statement) => known.get(statement),
    }
    const { readings } = resolveFacts(raw, opened.database.catalog(), state)
    const command = await caseCommand(one, async () => readings)
    const verdict = evaluator.evaluate(command)
    const why = readings.flatMap(({ unknown }) => [...unknown])
    return verdict.kind === one.expect ? verdict.kind : `${verdict.kind} by ${verdict.kind === 'hold' ? verdict.rules.join() : verdict.rule} (${why.join('; ')}) ${JSON.stringify(readings.map(({ attributes, resources }) => [attributes['function_classes'], attributes['influence'], attributes['write_lineage'], resources.map(({ name }) => name)]))}`
  }
})
