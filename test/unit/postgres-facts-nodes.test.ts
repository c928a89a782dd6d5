import { readFileSync } from 'node:fs'
import { loadModule, parseSync } from 'libpg-query'
import { beforeAll, describe, expect, it } from 'vitest'
import { NODES } from '../../src/protocols/postgres/nodes.ts'
import type { RawStatement } from '../../src/protocols/postgres/raw.ts'
import { STATEMENTS } from '../../src/protocols/postgres/statements.ts'
import { TooDeep, walkParseResult } from '../../src/protocols/postgres/walk.ts'

/** The grammar's own list: every node with its fields, from the parser's type declarations. */
const GRAMMAR = readGrammar()

describe('the table of grammar nodes', () => {
  it('was compared with a grammar that is really there', () => {
    expect(GRAMMAR.size).toBeGreaterThan(250)
    expect(GRAMMAR.get('SelectStmt')).toContain('intoClause')
  })

  it('refuses every node of the grammar that it does not list', () => {
    const missing = [...GRAMMAR.keys()].filter((name) => !NODES.has(name) && !STATEMENTS.has(name))
    expect(missing).toContain('Query')
    for (const name of missing) expect(reasonsFor({ [name]: {} }), name).not.toEqual([])
  })

  it('refuses every field of a listed node that it does not list', () => {
    let refused = 0
    for (const [name, fields] of GRAMMAR) {
      const shape = NODES.get(name)
      if (shape === undefined || PARTS_READ_BY_HAND.has(name)) continue
      for (const field of fields) {
        if (shape.has(field)) continue
        refused++
        expect(reasonsFor({ [name]: { [field]: 1 } }), `${name}.${field}`).not.toEqual([])
      }
    }
    expect(refused).toBeGreaterThan(0)
  })

  it('lists no node or field that the grammar does not have', () => {
    for (const [name, shape] of NODES) {
      const fields = GRAMMAR.get(name)
      expect(fields, name).toBeDefined()
      for (const field of shape.keys()) expect(fields, `${name}.${field}`).toContain(field)
    }
  })

  it('refuses a node where a plain value belongs, and a plain value where a node belongs', () => {
    expect(reasonsFor({ A_Const: { isnull: { FuncCall: {} } } })).not.toEqual([])
    expect(reasonsFor({ BoolExpr: { args: [7] } })).not.toEqual([])
    expect(reasonsFor({ BoolExpr: { args: [{ FuncCall: {}, A_Const: {} }] } })).not.toEqual([])
    expect(reasonsFor({ A_Const: { isnull: true } })).toEqual([])
  })

  it('knows a kind for every statement node of the grammar', () => {
    const statements = [...GRAMMAR.keys()].filter((name) => name.endsWith('Stmt') && !NOT_STATEMENTS.has(name))
    expect(statements.filter((name) => !STATEMENTS.has(name))).toEqual([])
    expect(walkParseResult({ stmts: [{ stmt: { InventedStmt: {} } }] }, 1)[0]).toMatchObject({ action: 'unparsed', effect: 'unknown', class: 'unknown' })
  })

  it('stops at a depth of its own, before the stack does', () => {
    let tree: unknown = { A_Const: { isnull: true } }
    for (let at = 0; at < 20_000; at++) tree = { TypeCast: { arg: tree } }
    expect(() => reasonsFor(tree)).toThrow(TooDeep)
  })
})

// Read by walk.ts itself without the table's help; the walk below proves them by statements.
const PARTS_READ_BY_HAND: ReadonlySet<string> = new Set(['LockingClause', 'WithClause', 'CommonTableExpr', 'CopyStmt', 'VariableSetStmt', 'AlterSystemStmt', 'AlterRoleSetStmt', 'AlterDatabaseSetStmt', 'DoStmt'])
// Wrappers and parts that are called statements, and PL/pgSQL's assignment, which plain SQL cannot say.
const NOT_STATEMENTS: ReadonlySet<string> = new Set(['RawStmt', 'SetOperationStmt', 'PLAssignStmt', 'ReplicaIdentityStmt'])

/** One or more texts per statement node: node, what it must be read as, text. */
const SAMPLES: readonly (readonly [string, string, string])[] = [
  ['SelectStmt', 'select read', 'SELECT 1'],
  ['ReturnStmt', 'select read', 'CREATE FUNCTION f() RETURNS int RETURN 1'],
  ['InsertStmt', 'insert write', 'INSERT INTO t DEFAULT VALUES'],
  ['UpdateStmt', 'update write', 'UPDATE t SET (a, b) = (SELECT 1, 2), c[1] = 3'],
  ['DeleteStmt', 'delete destroy', 'DELETE FROM t WHERE CURRENT OF c'],
  ['MergeStmt', 'merge write', 'MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (1) WHEN MATCHED AND s.b THEN UPDATE SET a = 1'],
  ['TruncateStmt', 'truncate destroy', 'TRUNCATE t, s RESTART IDENTITY'],
  ['CopyStmt', 'copy_in write', "COPY t FROM STDIN WITH (FORMAT csv, FORCE_NULL (a)) WHERE a > 1"],
  ['TransactionStmt', 'begin read', 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY, DEFERRABLE'],
  ['VariableSetStmt', 'set admin', 'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY'],
  ['VariableShowStmt', 'show read', 'SHOW ALL'],
  ['ConstraintsSetStmt', 'set write', 'SET CONSTRAINTS ALL DEFERRED'],
  ['DiscardStmt', 'discard read', 'DISCARD TEMP'],
  ['PrepareStmt', 'prepare read', 'PREPARE p (int) AS SELECT $1'],
  ['ExecuteStmt', 'execute read', 'EXECUTE p (1, now())'],
  ['DeallocateStmt', 'deallocate read', 'DEALLOCATE p'],
  ['DeclareCursorStmt', 'declare read', 'DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT 1'],
  ['FetchStmt', 'move read', 'MOVE BACKWARD 3 IN c'],
  ['ClosePortalStmt', 'close read', 'CLOSE ALL'],
  ['ExplainStmt', 'explain read', 'EXPLAIN (VERBOSE, COSTS off) SELECT 1'],
  ['DoStmt', 'do unknown', 'DO LANGUAGE plpgsql $$BEGIN END$$'],
  ['CallStmt', 'call unknown', 'CALL p(1)'],
  ['LockStmt', 'lock write', 'LOCK TABLE t IN SHARE MODE NOWAIT'],
  ['ListenStmt', 'listen read', 'LISTEN c'],
  ['UnlistenStmt', 'unlisten read', 'UNLISTEN c'],
  ['NotifyStmt', 'notify write', "NOTIFY c, 'x'"],
  ['VacuumStmt', 'vacuum admin', 'VACUUM (FULL, ANALYZE) t (a)'],
  ['VacuumStmt', 'analyze admin', 'ANALYZE t'],
  ['ClusterStmt', 'cluster admin', 'CLUSTER t USING i'],
  ['ReindexStmt', 'reindex admin', 'REINDEX (CONCURRENTLY) INDEX i'],
  ['CheckPointStmt', 'checkpoint admin', 'CHECKPOINT'],
  ['RefreshMatViewStmt', 'refresh admin', 'REFRESH MATERIALIZED VIEW CONCURRENTLY m'],
  ['LoadStmt', 'load admin', "LOAD 'x'"],
  ['AlterSystemStmt', 'system admin', "ALTER SYSTEM SET a = 'b'"],
  ['SecLabelStmt', 'security_label admin', "SECURITY LABEL ON TABLE t IS 'x'"],
  ['CommentStmt', 'comment admin', "COMMENT ON COLUMN t.a IS 'x'"],
  ['GrantStmt', 'grant admin', 'GRANT SELECT (a), UPDATE ON t TO PUBLIC, CURRENT_USER WITH GRANT OPTION'],
  ['GrantStmt', 'grant admin', 'GRANT EXECUTE ON FUNCTION f(int) TO r'],
  ['GrantRoleStmt', 'grant admin', 'GRANT a TO b WITH ADMIN OPTION'],
  ['GrantRoleStmt', 'revoke admin', 'REVOKE a FROM b'],
  ['AlterDefaultPrivilegesStmt', 'grant admin', 'ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO r'],
  ['CreateRoleStmt', 'role admin', "CREATE USER r PASSWORD 'x' IN ROLE s VALID UNTIL 'infinity'"],
  ['AlterRoleStmt', 'role admin', 'ALTER ROLE r SUPERUSER'],
  ['AlterRoleSetStmt', 'role admin', 'ALTER ROLE r IN DATABASE d RESET ALL'],
  ['DropRoleStmt', 'role admin', 'DROP ROLE IF EXISTS r, s'],
  ['DropOwnedStmt', 'role admin', 'DROP OWNED BY r CASCADE'],
  ['ReassignOwnedStmt', 'role admin', 'REASSIGN OWNED BY r TO s'],
  ['CreateStmt', 'create admin', "CREATE UNLOGGED TABLE t (a int GENERATED ALWAYS AS IDENTITY, b text COLLATE \"C\" DEFAULT 'x' CHECK (b <> ''), UNIQUE (a), LIKE s INCLUDING ALL, EXCLUDE USING gist (a WITH =), FOREIGN KEY (a) REFERENCES u (a) ON DELETE CASCADE) PARTITION BY RANGE (a) WITH (fillfactor = 70)"],
  ['CreateStmt', 'create admin', 'CREATE TABLE t PARTITION OF s FOR VALUES FROM (1, MINVALUE) TO (2, MAXVALUE)'],
  ['CreateTableAsStmt', 'create admin', 'CREATE TABLE IF NOT EXISTS t (a) AS SELECT 1 WITH NO DATA'],
  ['CreateTableAsStmt', 'create admin', 'CREATE MATERIALIZED VIEW m AS SELECT 1'],
  ['CreateForeignTableStmt', 'create admin', "CREATE FOREIGN TABLE t (a int OPTIONS (x 'y')) SERVER s OPTIONS (x 'y')"],
  ['ViewStmt', 'create admin', 'CREATE OR REPLACE RECURSIVE VIEW v (a) AS SELECT 1 UNION SELECT a FROM v'],
  ['IndexStmt', 'create admin', 'CREATE UNIQUE INDEX CONCURRENTLY i ON t USING btree (lower(a) text_pattern_ops DESC NULLS LAST) INCLUDE (b) WHERE c'],
  ['CreateSeqStmt', 'create admin', 'CREATE SEQUENCE s AS bigint OWNED BY t.a'],
  ['CreateSchemaStmt', 'create admin', 'CREATE SCHEMA s AUTHORIZATION r CREATE VIEW v AS SELECT 1'],
  ['CreateFunctionStmt', 'create admin', "CREATE OR REPLACE FUNCTION f(a int DEFAULT 1, OUT b text) LANGUAGE sql SECURITY DEFINER SET search_path = x AS 'select 1'"],
  ['CreateTrigStmt', 'create admin', 'CREATE TRIGGER g BEFORE UPDATE OF a ON t REFERENCING NEW TABLE AS n FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION f(1)'],
  ['CreateEventTrigStmt', 'create admin', "CREATE EVENT TRIGGER g ON ddl_command_end WHEN tag IN ('x') EXECUTE FUNCTION f()"],
  ['CreatePolicyStmt', 'create admin', 'CREATE POLICY p ON t FOR ALL TO r USING (a = 1) WITH CHECK (b)'],
  ['RuleStmt', 'create admin', 'CREATE RULE r AS ON UPDATE TO t WHERE old.a > 1 DO INSTEAD NOTHING'],
  ['CreateExtensionStmt', 'create admin', "CREATE EXTENSION x SCHEMA s VERSION '1' CASCADE"],
  ['CreateFdwStmt', 'create admin', 'CREATE FOREIGN DATA WRAPPER w HANDLER h'],
  ['CreateForeignServerStmt', 'create admin', "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'x')"],
  ['CreateUserMappingStmt', 'create admin', "CREATE USER MAPPING FOR r SERVER s OPTIONS (password 'x')"],
  ['ImportForeignSchemaStmt', 'create admin', 'IMPORT FOREIGN SCHEMA a LIMIT TO (t) FROM SERVER s INTO b'],
  ['CreateAmStmt', 'create admin', 'CREATE ACCESS METHOD a TYPE TABLE HANDLER h'],
  ['CreatePLangStmt', 'create admin', 'CREATE TRUSTED LANGUAGE l HANDLER h'],
  ['CreateDomainStmt', 'create admin', 'CREATE DOMAIN d AS text CHECK (value <> lower(value))'],
  ['CreateEnumStmt', 'create admin', "CREATE TYPE e AS ENUM ('a')"],
  ['CreateRangeStmt', 'create admin', 'CREATE TYPE r AS RANGE (subtype = int)'],
  ['CompositeTypeStmt', 'create admin', 'CREATE TYPE c AS (a int)'],
  ['DefineStmt', 'create admin', 'CREATE AGGREGATE a (int) (SFUNC = f, STYPE = int)'],
  ['DefineStmt', 'create admin', 'CREATE OPERATOR = (LEFTARG = int, RIGHTARG = int, FUNCTION = f)'],
  ['CreateOpClassStmt', 'create admin', 'CREATE OPERATOR CLASS c FOR TYPE int USING btree AS OPERATOR 1 <, FUNCTION 1 f(int, int), STORAGE int'],
  ['CreateOpFamilyStmt', 'create admin', 'CREATE OPERATOR FAMILY f USING btree'],
  ['CreateCastStmt', 'create admin', 'CREATE CAST (int AS text) WITH FUNCTION f(int) AS IMPLICIT'],
  ['CreateConversionStmt', 'create admin', "CREATE CONVERSION c FOR 'UTF8' TO 'LATIN1' FROM f"],
  ['CreateTransformStmt', 'create admin', 'CREATE TRANSFORM FOR int LANGUAGE l (FROM SQL WITH FUNCTION f(internal), TO SQL WITH FUNCTION g(internal))'],
  ['CreateStatsStmt', 'create admin', 'CREATE STATISTICS s (ndistinct) ON a, (b + 1) FROM t'],
  ['CreatePublicationStmt', 'create admin', 'CREATE PUBLICATION p FOR TABLE t (a) WHERE (a > 1), TABLES IN SCHEMA s'],
  ['CreateSubscriptionStmt', 'create admin', "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (enabled = false)"],
  ['CreateTableSpaceStmt', 'create admin', "CREATE TABLESPACE s OWNER r LOCATION '/x'"],
  ['CreatedbStmt', 'create admin', 'CREATE DATABASE d TEMPLATE t'],
  ['AlterTableStmt', 'alter admin', 'ALTER TABLE t ADD COLUMN a int DEFAULT f(1), DROP COLUMN b CASCADE, ALTER c TYPE text USING c::text, REPLICA IDENTITY FULL, OWNER TO r'],
  ['AlterTableStmt', 'alter admin', 'ALTER TABLE t ATTACH PARTITION p DEFAULT'],
  ['AlterTableStmt', 'alter admin', 'ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE, ENABLE TRIGGER ALL, SET (fillfactor = 50), ENABLE ROW LEVEL SECURITY'],
  ['AlterDomainStmt', 'alter admin', 'ALTER DOMAIN d ADD CHECK (value > 1)'],
  ['AlterCollationStmt', 'alter admin', 'ALTER COLLATION c REFRESH VERSION'],
  ['AlterTableSpaceOptionsStmt', 'alter admin', 'ALTER TABLESPACE s SET (random_page_cost = 1)'],
  ['AlterTableMoveAllStmt', 'alter admin', 'ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b'],
  ['AlterExtensionStmt', 'alter admin', 'ALTER EXTENSION x UPDATE'],
  ['AlterExtensionContentsStmt', 'alter admin', 'ALTER EXTENSION x ADD FUNCTION f(int)'],
  ['AlterFdwStmt', 'alter admin', 'ALTER FOREIGN DATA WRAPPER w NO HANDLER'],
  ['AlterForeignServerStmt', 'alter admin', "ALTER SERVER s OPTIONS (SET host 'y')"],
  ['AlterUserMappingStmt', 'alter admin', "ALTER USER MAPPING FOR r SERVER s OPTIONS (SET password 'y')"],
  ['AlterPolicyStmt', 'alter admin', 'ALTER POLICY p ON t USING (true)'],
  ['AlterEventTrigStmt', 'alter admin', 'ALTER EVENT TRIGGER g DISABLE'],
  ['AlterSeqStmt', 'alter admin', 'ALTER SEQUENCE s RESTART 1'],
  ['AlterOpFamilyStmt', 'alter admin', 'ALTER OPERATOR FAMILY f USING btree DROP OPERATOR 1 (int, int)'],
  ['AlterStatsStmt', 'alter admin', 'ALTER STATISTICS s SET STATISTICS 10'],
  ['AlterFunctionStmt', 'alter admin', 'ALTER FUNCTION f(int) SET search_path = x'],
  ['RenameStmt', 'alter admin', 'ALTER TABLE t RENAME COLUMN a TO b'],
  ['AlterObjectDependsStmt', 'alter admin', 'ALTER FUNCTION f(int) DEPENDS ON EXTENSION x'],
  ['AlterObjectSchemaStmt', 'alter admin', 'ALTER TABLE t SET SCHEMA s'],
  ['AlterOwnerStmt', 'alter admin', 'ALTER FUNCTION f(int) OWNER TO r'],
  ['AlterOperatorStmt', 'alter admin', 'ALTER OPERATOR = (int, int) SET (RESTRICT = NONE)'],
  ['AlterTypeStmt', 'alter admin', 'ALTER TYPE t SET (STORAGE = plain)'],
  ['AlterEnumStmt', 'alter admin', "ALTER TYPE e ADD VALUE 'b' AFTER 'a'"],
  ['AlterDatabaseStmt', 'alter admin', 'ALTER DATABASE d CONNECTION LIMIT 1'],
  ['AlterDatabaseRefreshCollStmt', 'alter admin', 'ALTER DATABASE d REFRESH COLLATION VERSION'],
  ['AlterDatabaseSetStmt', 'alter admin', 'ALTER DATABASE d SET search_path = x'],
  ['AlterTSDictionaryStmt', 'alter admin', 'ALTER TEXT SEARCH DICTIONARY d (a = b)'],
  ['AlterTSConfigurationStmt', 'alter admin', 'ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR a WITH d'],
  ['AlterPublicationStmt', 'alter admin', 'ALTER PUBLICATION p ADD TABLE t'],
  ['AlterSubscriptionStmt', 'alter admin', 'ALTER SUBSCRIPTION s DISABLE'],
  ['DropStmt', 'drop destroy', 'DROP TABLE IF EXISTS a.t, u CASCADE'],
  ['DropStmt', 'drop destroy', 'DROP FUNCTION f(int)'],
  ['DropTableSpaceStmt', 'drop destroy', 'DROP TABLESPACE s'],
  ['DropUserMappingStmt', 'drop destroy', 'DROP USER MAPPING FOR r SERVER s'],
  ['DropdbStmt', 'drop destroy', 'DROP DATABASE d WITH (FORCE)'],
  ['DropSubscriptionStmt', 'drop destroy', 'DROP SUBSCRIPTION s'],
]

describe('every statement of the grammar', () => {
  beforeAll(loadModule)

  it.each(SAMPLES)('%s is read as %s: %s', (node, expected, sql) => {
    const all = everyStatement(read(sql))
    const found = all.filter((one) => one.node === node)
    expect(found.map((one) => `${one.action} ${one.effect}`)).toContain(expected)
    // Nothing in these texts is beyond the table; DO and CALL are never fully known.
    for (const one of all) expect(one.unknown.filter((reason) => !/DO block|procedure/.test(reason))).toEqual([])
  })

  it('has a sample above', () => {
    const sampled = new Set(SAMPLES.map(([node]) => node))
    expect([...STATEMENTS.keys()].filter((node) => !sampled.has(node))).toEqual([])
  })
})

describe('the raw facts of a statement', () => {
  beforeAll(loadModule)

  it('place it in the text by UTF-8 bytes', () => {
    const text = "SELECT 'é€😀'; DELETE FROM t"
    const [first, second] = read(text)
    const slice = (one: RawStatement | undefined): string => Buffer.from(text).subarray(one?.byteStart, (one?.byteStart ?? 0) + (one?.byteLength ?? 0)).toString().trim()
    expect([slice(first), slice(second)]).toEqual(["SELECT 'é€😀'", 'DELETE FROM t'])
    expect(second).toMatchObject({ index: 1, of: 2 })
  })

  it.each([
    ['id = 5', true], ['id = $1', true], ['id IN (1, 2) AND true', true], ['a = 1 OR b = 2', true], ['EXISTS (SELECT 1 FROM s WHERE s.id = t.id)', true],
    ['true', false], ['1 = 1', false], ['$1 = $1', false], ['id = id', false], ['t.id >= t.id', false], ['id = 5 OR true', false], ['NOT false', false],
    ['id IS NOT NULL', false], ['id IS NULL', true], ['random() < 0.1', false], ['EXISTS (SELECT 1)', false], ['(1, 2) = (1, 2) AND 3 > 2', false],
  ])('DELETE WHERE %s is bounded: %s', (condition, bounded) => {
    const [statement] = read(`DELETE FROM t WHERE ${condition}`)
    expect(statement).toMatchObject({ hasWhere: true, whereConstantTrue: !bounded })
  })

  it('take MERGE for unbounded when its join or a BY SOURCE action is', () => {
    const constant = (sql: string): boolean | undefined => read(sql)[0]?.whereConstantTrue
    expect(constant('MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE')).toBe(false)
    expect(constant('MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE')).toBe(true)
    expect(constant('MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED BY SOURCE THEN DELETE')).toBe(true)
    expect(constant('MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED BY SOURCE AND t.b = 1 THEN DELETE')).toBe(false)
  })

  it('name cursors, prepared statements, settings, copies, locks and limits', () => {
    expect(read('DECLARE c CURSOR WITH HOLD FOR SELECT 1')[0]?.reference).toEqual({ name: 'c', hold: true })
    expect(read('DECLARE c CURSOR FOR SELECT 1')[0]?.reference).toEqual({ name: 'c', hold: false })
    expect(read('DEALLOCATE ALL')[0]?.reference).toEqual({ name: null, hold: false })
    expect(read('SET LOCAL search_path = a, "B"')[0]?.settings).toEqual([{ op: 'set_local', name: 'search_path', value: 'a, B' }])
    expect(read('RESET search_path')[0]?.settings).toEqual([{ op: 'reset', name: 'search_path', value: null }])
    expect(read('SET TRANSACTION READ ONLY, ISOLATION LEVEL SERIALIZABLE')[0]?.settings.map((one) => one.name)).toEqual(['transaction_read_only', 'transaction_isolation'])
    expect(read("COPY t (a) TO STDOUT WITH (FORMAT csv, DELIMITER ';')")[0]?.copy).toMatchObject({ direction: 'out', channel: 'client', format: 'csv', options: { delimiter: ';' } })
    expect(read('SELECT 1 FROM t FOR NO KEY UPDATE OF t')[0]).toMatchObject({ locking: ['no_key_update'], relations: [{ name: 't' }] })
    expect(read('SELECT 1 LIMIT ALL')[0]?.hasLimit).toBe(false)
    expect(read('SELECT 1 FETCH FIRST 3 ROWS ONLY')[0]?.hasLimit).toBe(true)
    expect(read('COMMIT AND CHAIN')[0]?.transaction).toMatchObject({ op: 'commit', chain: true })
  })

  it('mark what only runs later', () => {
    const later = everyStatement(read('CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM s; PREPARE p AS DELETE FROM s; EXPLAIN DELETE FROM s'))
      .filter((one) => one.action === 'delete')
      .map((one) => `${one.depth} ${one.executes}`)
    expect(later).toEqual(['rule later', 'prepare later', 'explain now'])
  })
})

function read(sql: string): RawStatement[] {
  return walkParseResult(parseSync(sql), Buffer.byteLength(sql))
}

function everyStatement(statements: readonly RawStatement[]): RawStatement[] {
  return statements.flatMap((one) => [one, ...everyStatement(one.nested)])
}

/** Reasons a walk gives when this node stands in a target list. */
function reasonsFor(node: unknown): string[] {
  return everyStatement(walkParseResult({ stmts: [{ stmt: { SelectStmt: { targetList: [node] } } }] }, 1)).flatMap((one) => one.unknown)
}

function readGrammar(): Map<string, string[]> {
  const text = readFileSync(new URL('../../node_modules/@pgsql/types/types.d.ts', import.meta.url), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  const out = new Map<string, string[]>()
  for (const [, name, body] of text.matchAll(/export interface (\w+) \{([\s\S]*?)\}/g)) {
    // The last few are the library's own messages, not nodes.
    if (name === undefined || body === undefined || /^(ParseResult|Scan(Result|Token)|SummaryResult|Table|Function|FilterColumn)$/.test(name)) continue
    out.set(name, [...body.matchAll(/(\w+)\?:/g)].map((match) => match[1] ?? ''))
  }
  return out
}
