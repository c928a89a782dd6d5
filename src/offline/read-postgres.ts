import type { Facts } from '../gateway/command.ts'
import { GatewayError } from '../errors.ts'
import type { CaseCatalog, ReadStatement } from '../policy/cases.ts'
import { buildCatalog, type Catalog, CATALOG_QUERIES, type CatalogRow, FIRST_USER_OID } from '../protocols/postgres/catalog.ts'
import { type FactsState, resolveFacts } from '../protocols/postgres/facts.ts'
import { createParserPool } from '../protocols/postgres/parser.ts'
// A JSON module, not a file read by its path: the compiler then puts it beside what imports it.
import builtin from './builtin-catalog.json' with { type: 'json' }

/**
 * Reads statements for policy cases as the gateway does: the same grammar, the same resolution of names, against a catalogue of
 * PostgreSQL's own objects and the tables a case names. What the grammar refuses comes back as `unparsed`, as it does on the wire.
 * `close` ends the parser's threads.
 */
export function createPostgresReader(): { readonly read: ReadStatement; close(): Promise<void> } {
  const parser = createParserPool({ workers: 1 })
  const catalogs = new WeakMap<CaseCatalog, Catalog>()
  return {
    async read(protocol, sql, { catalog, context }) {
      if (protocol !== 'postgres') throw new GatewayError('not_understood', `cases with "sql" are for postgres, not ${protocol}`)
      let placed = catalogs.get(catalog)
      if (placed === undefined) {
        placed = catalogOf(catalog)
        catalogs.set(catalog, placed)
      }
      const path = context['search_path']
      const state: FactsState = {
        searchPath: Array.isArray(path) ? path : ['public'],
        role: String(context['role'] ?? 'gateway'),
        database: String(context['database'] ?? 'database'),
        temporaryTablesPossible: false,
        prepared: () => null,
        cursor: () => null,
      }
      try {
        return resolveFacts(await parser.parse(Buffer.from(sql)), placed, state).readings
      } catch (error) {
        if (error instanceof GatewayError && error.code === 'not_understood') return [UNPARSED]
        throw error
      }
    },
    close: () => parser.close(),
  }
}

const UNPARSED: Facts = { action: 'unparsed', effect: 'unknown', resources: [], unknown: ['the grammar refused it'], attributes: {} }

const TEXT_TYPE_OID = '25'

function catalogOf(tables: CaseCatalog): Catalog {
  const rows = new Map<string, CatalogRow[]>(builtinRows())
  for (const query of CATALOG_QUERIES.keys()) if (!rows.has(query)) rows.set(query, [])
  rows.set('settings', [{ name: 'server_version_num', value: '180000' }, { name: 'standard_conforming_strings', value: 'on' }])
  const schemas = new Set([...rows.get('relations')!.map((row) => row['schema']!), 'public'])
  Object.entries(tables).forEach(([name, columns], index) => {
    const dot = name.indexOf('.')
    const schema = dot < 0 ? 'public' : name.slice(0, dot)
    const oid = String(FIRST_USER_OID + index)
    schemas.add(schema)
    rows.get('relations')!.push({ oid, schema, name: name.slice(dot + 1), kind: 'r', has_rules: 'f', has_triggers: 'f', row_security: 'f' })
    columns.forEach((column, number) => void rows.get('columns')!.push({ relation: oid, number: String(number + 1), name: column, type: TEXT_TYPE_OID }))
  })
  rows.set('schemas', [...schemas].map((name) => ({ name })))
  return buildCatalog(rows)
}

/**
 * What every PostgreSQL 18 brings along: its system relations, their columns, its functions and types, by the catalogue query of
 * the gateway that reads them; in the file a row is one line, with a blank between values. Policy cases are judged against these
 * and the tables they name, so that no server is needed. test/unit/policy-builtin.test.ts compares the file with a real server.
 */
export function builtinRows(): Map<string, CatalogRow[]> {
  return new Map(Object.entries(builtin).map(([query, { columns, rows }]) => [
    query,
    rows.map((row) => {
      const words = row.split(' ')
      return Object.fromEntries(columns.map((column, index) => [column, words[index] ?? null]))
    }),
  ]))
}
