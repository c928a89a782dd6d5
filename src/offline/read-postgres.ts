import type { Facts } from '../gateway/command.ts'
import { GatewayError } from '../errors.ts'
import type { CaseCatalog, ReadStatement } from '../policy/cases.ts'
import { buildCatalog, type Catalog, type CatalogRow, FIRST_USER_OID } from '../protocols/postgres/catalog.ts'
import { type FactsState, resolveFacts } from '../protocols/postgres/facts.ts'
import { createParserPool } from '../protocols/postgres/parser.ts'
import { BUILTIN_CATALOG } from './builtin-catalog.ts'

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
  for (const query of ['inheritance', 'foreign_keys', 'operators', 'policies', 'casts']) rows.set(query, [])
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

/** The rows of the shipped catalogue by query. Lines: `@query column column ..`, then one row each, blank between values. */
export function builtinRows(): Map<string, CatalogRow[]> {
  const rows = new Map<string, CatalogRow[]>()
  let columns: readonly string[] = []
  let list: CatalogRow[] = []
  for (const line of BUILTIN_CATALOG.split('\n')) {
    const words = line.split(' ')
    if (line === '') continue
    if (line.startsWith('@')) {
      list = []
      rows.set(words[0]!.slice(1), list)
      columns = words.slice(1)
    } else list.push(Object.fromEntries(columns.map((column, index) => [column, words[index] ?? null])))
  }
  return rows
}
