import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMPARISONS, TOTAL_FUNCTIONS } from '../../src/protocols/postgres/resolve/lineage-failures.ts'
import type { ExpandedFunction } from '../../src/protocols/postgres/resolve/resolution.ts'
import { type LineageServer, majorsAtHand, startLineageServer } from '../support/lineage.ts'

// What the trees of real servers say about single statements. u is users, o is orders; columns by their names there.

const SCHEMA = `
  CREATE TABLE users (id int PRIMARY KEY, name text, email text, ssn text, age int, boss int, tags text[], doc jsonb);
  CREATE TABLE orders (id int PRIMARY KEY, user_id int, total numeric, note text UNIQUE);
  CREATE TABLE audit (who text, what text);
  CREATE TABLE made (a text UNIQUE, b text, shown text GENERATED ALWAYS AS (upper(a) || left(b, 1)) STORED);
  CREATE TABLE guarded (id int, owner text, body text);
  ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON guarded USING (owner = current_user);
  CREATE ROLE reader; GRANT ALL ON guarded TO reader;
  CREATE VIEW people AS SELECT id, name, upper(email) AS mail FROM users WHERE ssn IS NOT NULL ORDER BY age;
  CREATE VIEW buyers AS SELECT p.*, o.total FROM people p LEFT JOIN orders o ON o.user_id = p.id;
  CREATE VIEW plain AS SELECT id, name AS called, ssn FROM users WHERE age > 1;
  CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql AS 'SELECT upper($1)';
  CREATE FUNCTION look_up(int) RETURNS text LANGUAGE sql AS 'SELECT ssn FROM users WHERE id = $1';
  CREATE FUNCTION note_down(text) RETURNS void LANGUAGE sql AS 'INSERT INTO audit (what) VALUES ($1)';
  CREATE FUNCTION secret(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';`

interface Case {
  readonly sql: string
  /** Origin of each output column; null: no output. */
  readonly out: readonly string[] | null
  readonly influence?: string
  /** `audit.what < users.ssn` */
  readonly flows?: readonly string[]
  /** `set_config < users.ssn` */
  readonly calls?: readonly string[]
  readonly since?: number
}

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'names and rows': [
    { sql: 'SELECT name AS ssn, ssn AS name FROM users', out: ['users.name', 'users.ssn'] },
    { sql: 'SELECT * FROM orders', out: ['orders.id', 'orders.user_id', 'orders.total', 'orders.note'] },
    { sql: 'SELECT u FROM users u', out: ['users.*'] },
    { sql: 'SELECT row_to_json(u), to_jsonb(u), format(\'%s\', u), u::text, concat_ws(\',\', u.*) FROM users u', out: ['users.*', 'users.*', 'users.*', 'users.*', 'users.*'] },
    { sql: 'SELECT (u).ssn, (SELECT (x).name FROM (SELECT u AS x) y) FROM users u', out: ['users.ssn', 'users.*'] },
    { sql: 'SELECT (s).ssn FROM (SELECT name, ssn FROM users) s', out: ['users.ssn'] },
    { sql: 'SELECT s FROM (SELECT name, ssn FROM users) s', out: ['users.name users.ssn'] },
    { sql: 'SELECT (ROW(name, ssn)).f2 FROM users', out: ['users.ssn'] },
    { sql: 'SELECT ctid, 1, $1::text, current_user FROM users', out: ['users.-1', '', '', ''] },
    { sql: 'SELECT 1', out: [''] },
    { sql: 'SELECT name FROM users FOR UPDATE', out: ['users.name'] },
  ],
  'expressions': [
    { sql: 'SELECT upper(name) || email, name COLLATE "C", age::text, age::numeric, NULLIF(name, email), COALESCE(name, email), GREATEST(name, ssn) FROM users', out: ['users.email users.name', 'users.name', 'users.age', 'users.age', 'users.email users.name', 'users.email users.name', 'users.name users.ssn'] },
    { sql: "SELECT email LIKE 'a%', email IS NULL, email IS DISTINCT FROM name, name = ANY (tags), age BETWEEN 1 AND 2, NOT (age = 1), (name, email) < (ssn, 'x') FROM users", out: ['users.email', 'users.email', 'users.email users.name', 'users.name users.tags', 'users.age', 'users.age', 'users.email users.name users.ssn'] },
    { sql: "SELECT CASE WHEN email LIKE 'a%' THEN name ELSE 'x' END, CASE ssn WHEN '1' THEN 2 END, CASE WHEN age = 1 THEN 'x' ELSE name END FROM users", out: ['users.email users.name', 'users.ssn', 'users.age users.name'], influence: 'users.age users.email users.ssn' },
    { sql: 'SELECT ARRAY[name, ssn], (ARRAY[name, ssn])[age], tags[1], tags[age:2], doc[\'a\'] FROM users', out: ['users.name users.ssn', 'users.age users.name users.ssn', 'users.tags', 'users.age users.tags', 'users.doc'], since: 14 },
    { sql: 'SELECT xmlforest(name, ssn AS s), xmlelement(name a, xmlattributes(ssn AS s), name), (xpath(\'/a\', xmlparse(CONTENT ssn)))[1], xmlserialize(CONTENT xmlparse(CONTENT ssn) AS text) FROM users', out: ['users.name users.ssn', 'users.name users.ssn', 'users.ssn', 'users.ssn'] },
    { sql: "SELECT JSON_OBJECT('a': name, 'b': ssn), JSON_ARRAY(ssn, 1), ssn IS JSON FROM users", out: ['users.name users.ssn', 'users.ssn', 'users.ssn'], since: 16 },
    { sql: "SELECT JSON_ARRAYAGG(ssn ORDER BY age), JSON_OBJECTAGG(name: ssn) FROM users", out: ['users.age users.ssn', 'users.name users.ssn'], since: 16 },
    { sql: "SELECT JSON_VALUE(doc, '$.a' PASSING ssn AS s), JSON_QUERY(doc, '$'), JSON_EXISTS(doc, '$.x'), JSON_SCALAR(ssn), JSON_SERIALIZE(doc) FROM users", out: ['users.doc users.ssn', 'users.doc', 'users.doc', 'users.ssn', 'users.doc'], since: 17 },
    { sql: 'SELECT jsonb_build_object($1::text, ssn), $2 FROM users', out: ['users.ssn', ''] },
  ],
  'aggregates and windows': [
    { sql: 'SELECT max(ssn), count(*), count(ssn), string_agg(name, ssn ORDER BY email), sum(age) FILTER (WHERE ssn IS NULL) FROM users', out: ['users.ssn', '', 'users.ssn', 'users.email users.name users.ssn', 'users.age users.ssn'], influence: 'users.ssn' },
    { sql: "SELECT count(*) FROM users WHERE ssn LIKE '1%'", out: [''], influence: 'users.ssn' },
    { sql: 'SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY age), rank(3) WITHIN GROUP (ORDER BY age) FROM users', out: ['users.age', 'users.age'] },
    { sql: 'SELECT name, count(*) FROM users GROUP BY name HAVING max(ssn) > \'1\' ORDER BY max(email)', out: ['users.name', ''], influence: 'users.email users.name users.ssn' },
    { sql: 'SELECT upper(name), GROUPING(upper(name), ssn), sum(age) FROM users GROUP BY ROLLUP (upper(name), ssn)', out: ['users.name', '', 'users.age'], influence: 'users.name users.ssn' },
    { sql: 'SELECT row_number() OVER (ORDER BY ssn), lag(name) OVER (PARTITION BY age ORDER BY id), sum(age) OVER w FROM users WINDOW w AS (ORDER BY email ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), unused AS (ORDER BY boss)', out: ['users.ssn', 'users.age users.id users.name', 'users.age users.email'], influence: 'users.age users.boss users.email users.id users.ssn' },
    { sql: "SELECT 1 FROM users HAVING max(ssn) > 'x'", out: [''], influence: 'users.ssn' },
    { sql: 'SELECT name FROM users ORDER BY rank() OVER (ORDER BY ssn)', out: ['users.name'], influence: 'users.ssn' },
    { sql: 'SELECT count(*) FILTER (WHERE ssn IS NULL) OVER () FROM users', out: ['users.ssn'], influence: 'users.ssn' },
  ],
  'rows that are chosen': [
    { sql: 'SELECT name FROM users WHERE ssn = $1 AND age > 3', out: ['users.name'], influence: 'users.age users.ssn' },
    { sql: 'SELECT name FROM users ORDER BY ssn, upper(email) LIMIT (SELECT max(total)::int FROM orders) OFFSET 1', out: ['users.name'], influence: 'orders.total users.email users.ssn' },
    { sql: 'SELECT DISTINCT name, age + 1 FROM users', out: ['users.name', 'users.age'], influence: 'users.age users.name' },
    { sql: 'SELECT DISTINCT ON (ssn) name FROM users ORDER BY ssn, age', out: ['users.name'], influence: 'users.age users.ssn' },
    { sql: 'SELECT u.name, o.note FROM users u LEFT JOIN orders o ON o.user_id = u.id AND o.total > 1', out: ['users.name', 'orders.note'], influence: 'orders.total orders.user_id users.id' },
    { sql: 'SELECT name FROM users WHERE EXISTS (SELECT 1 FROM orders WHERE user_id = users.id AND note = \'x\')', out: ['users.name'], influence: 'orders.note orders.user_id users.id' },
    { sql: 'SELECT name FROM users WHERE ssn IN (SELECT note FROM orders WHERE total > 1)', out: ['users.name'], influence: 'orders.note orders.total users.ssn' },
    { sql: 'SELECT g FROM users, generate_series(1, left(ssn, 3)::int) g', out: ['users.ssn'], influence: 'users.ssn' },
    { sql: 'SELECT 1 FROM generate_series(1, (SELECT left(max(ssn), 3)::int FROM users))', out: [''], influence: 'users.ssn' },
    { sql: 'SELECT unnest(tags), 1 FROM users', out: ['users.tags', ''], influence: 'users.tags' },
    { sql: 'SELECT name FROM users TABLESAMPLE system ((SELECT max(age) FROM users))', out: ['users.name'], influence: 'users.age' },
    { sql: 'SELECT u.name FROM users u, LATERAL (SELECT o.id FROM orders o WHERE o.note = u.ssn) x', out: ['users.name'], influence: 'orders.note users.ssn' },
  ],
  'subqueries and set operations': [
    { sql: 'SELECT (SELECT max(note) FROM orders WHERE user_id = u.id), EXISTS (SELECT name FROM orders WHERE note = u.ssn), ARRAY(SELECT note FROM orders), name = ANY (SELECT note FROM orders) FROM users u', out: ['orders.note orders.user_id users.id', 'orders.note users.ssn', 'orders.note', 'orders.note users.name'], influence: 'orders.note orders.user_id users.id users.ssn' },
    { sql: 'SELECT name FROM users UNION ALL SELECT note FROM orders', out: ['orders.note users.name'], influence: '' },
    { sql: 'SELECT name FROM users UNION SELECT note FROM orders ORDER BY 1', out: ['orders.note users.name'], influence: 'orders.note users.name' },
    { sql: 'SELECT name FROM users UNION SELECT note FROM orders', out: ['orders.note users.name'], influence: 'orders.note users.name' },
    { sql: 'SELECT name FROM users UNION ALL (SELECT ssn FROM users UNION SELECT note FROM orders)', out: ['orders.note users.name users.ssn'], influence: 'orders.note users.ssn' },
    { sql: 'WITH c AS (SELECT ssn AS x FROM users) SELECT q.x, c.x FROM (WITH c AS (SELECT name AS x FROM users) SELECT x FROM c) q, c', out: ['users.name', 'users.ssn'], influence: '' },
    { sql: 'WITH c AS (SELECT ssn AS x FROM users) SELECT (WITH d AS (SELECT x FROM c LIMIT 1) SELECT x FROM d), (SELECT x FROM (WITH RECURSIVE r AS (SELECT o.note AS x UNION SELECT r.x || u.name FROM r, users u WHERE u.age = 1) SELECT x FROM r) q LIMIT 1) FROM orders o', out: ['users.ssn', 'orders.note users.age users.name'], influence: 'orders.note users.age users.name' },
    { sql: 'SELECT (SELECT w FROM (SELECT u.name, u.ssn) w), (SELECT (v.*)::text FROM (SELECT u.age) v) FROM users u', out: ['users.name users.ssn', 'users.age'], influence: '' },
    { sql: "SELECT (json_populate_record(NULL::users, doc::json)).ssn, (jsonb_to_record(doc)::text) FROM users", out: ['users.doc', 'users.doc'] },
    { sql: 'SELECT name FROM users EXCEPT SELECT ssn FROM users', out: ['users.name'], influence: 'users.name users.ssn' },
    { sql: 'SELECT name FROM users INTERSECT ALL SELECT ssn FROM users', out: ['users.name users.ssn'], influence: 'users.name users.ssn' },
    { sql: '(SELECT name, 1 FROM users EXCEPT SELECT note, 2 FROM orders) UNION ALL SELECT ssn, age FROM users WHERE boss = 1 ORDER BY 1', out: ['users.name users.ssn', 'users.age'], influence: 'orders.note users.boss users.name users.ssn' },
    { sql: 'WITH c AS (SELECT ssn AS x, name AS y FROM users WHERE age > 1), d AS (SELECT x FROM c) SELECT d.x FROM d', out: ['users.ssn'], influence: 'users.age' },
    { sql: 'WITH never AS (SELECT ssn FROM users WHERE age > 1) SELECT name FROM users', out: ['users.name'], influence: '' },
    { sql: 'WITH RECURSIVE t (a, b, c) AS (SELECT id, name, email FROM users UNION ALL SELECT u.boss, t.c, t.b FROM users u JOIN t ON u.boss = t.a) SELECT b FROM t', out: ['users.email users.name'], influence: 'users.boss users.id' },
    { sql: 'WITH RECURSIVE t AS (SELECT id, boss, ssn FROM users UNION ALL SELECT u.id, u.boss, t.ssn FROM users u JOIN t ON u.boss = t.id) SEARCH DEPTH FIRST BY id SET o CYCLE boss SET is_cycle USING path SELECT ssn, o, is_cycle, path FROM t', out: ['users.ssn', 'users.id', 'users.boss', 'users.boss'], influence: 'users.boss users.id' },
    { sql: 'SELECT v.a, v.b FROM (VALUES (1, (SELECT max(ssn) FROM users)), (2, $1)) v (a, b)', out: ['', 'users.ssn'], influence: '' },
    { sql: 'SELECT id, a.name, j FROM (SELECT id, name FROM users) a FULL JOIN (SELECT id, note FROM orders) b USING (id), LATERAL (SELECT a) j', out: ['orders.id users.id', 'users.name', 'users.id users.name'], influence: 'orders.id users.id' },
    { sql: 'SELECT j FROM (users JOIN orders USING (id)) j', out: ['orders.note orders.total orders.user_id users.age users.boss users.doc users.email users.id users.name users.ssn users.tags'], influence: 'orders.id users.id' },
    { sql: 'SELECT id FROM (SELECT id, ssn FROM users) a NATURAL JOIN (SELECT id, note FROM orders) b', out: ['users.id'], influence: 'orders.id users.id' },
  ],
  'functions in FROM': [
    { sql: 'SELECT e.key, e.value, e.ordinality FROM users, jsonb_each(doc) WITH ORDINALITY e', out: ['users.doc', 'users.doc', ''], influence: 'users.doc' },
    { sql: 'SELECT x.a, x.b, x.n FROM users, ROWS FROM (unnest(tags), json_to_record(ssn::json) AS (b text, n int)) AS x (a, b, n)', out: ['users.tags', 'users.ssn', 'users.ssn'], influence: 'users.ssn users.tags' },
    { sql: "SELECT x.* FROM users, XMLTABLE('/a' PASSING xmlparse(CONTENT ssn) COLUMNS b text PATH 'c' DEFAULT name, n FOR ORDINALITY) x", out: ['users.name users.ssn', 'users.name users.ssn'], influence: 'users.name users.ssn' },
    { sql: "SELECT j.a, j.b FROM users, JSON_TABLE(doc, '$[*]' PASSING ssn AS s COLUMNS (a text PATH '$.a', NESTED PATH '$.b[*]' COLUMNS (b int PATH '$'))) j", out: ['users.doc users.ssn', 'users.doc users.ssn'], influence: 'users.doc users.ssn', since: 17 },
  ],
  'views and row security': [
    { sql: 'SELECT mail, name FROM people', out: ['users.email', 'users.name'], influence: '' },
    { sql: 'SELECT p FROM people p', out: ['users.email users.id users.name'], influence: '' },
    { sql: 'SELECT (b).mail, total FROM buyers b WHERE total > 1', out: ['users.email', 'orders.total'], influence: 'orders.total' },
    { sql: 'SELECT most_common_vals FROM pg_stats WHERE tablename = $1', out: ['pg_statistic.stakind1 pg_statistic.stakind2 pg_statistic.stakind3 pg_statistic.stakind4 pg_statistic.stakind5 pg_statistic.stavalues1 pg_statistic.stavalues2 pg_statistic.stavalues3 pg_statistic.stavalues4 pg_statistic.stavalues5'], influence: 'pg_class.relname' },
    { sql: 'SELECT body FROM guarded WHERE id = 1', out: ['guarded.body'], influence: 'guarded.id' },
    { sql: 'UPDATE plain SET called = ssn WHERE id = 1 RETURNING called', out: ['users.name users.ssn'], influence: 'users.age users.id', flows: ['users.name < users.ssn'] },
  ],
  'changes': [
    { sql: 'INSERT INTO audit (what) SELECT ssn FROM users WHERE age > 1 RETURNING what, who', out: ['audit.what users.ssn', 'audit.who'], influence: 'users.age', flows: ['audit.what < users.ssn'] },
    { sql: "INSERT INTO audit VALUES ('a', (SELECT max(ssn) FROM users)), ($1, 'b')", out: null, flows: ['audit.who < ', 'audit.what < users.ssn'] },
    { sql: 'UPDATE users SET name = email, age = age + 1 WHERE ssn = $1 RETURNING name, upper(name), users', out: ['users.email users.name', 'users.email users.name', 'users.* users.age users.email'], influence: 'users.ssn', flows: ['users.name < users.email', 'users.age < users.age'] },
    { sql: 'UPDATE orders SET (note, total) = (SELECT ssn, age FROM users WHERE users.id = user_id) WHERE id = 1', out: null, influence: 'orders.id orders.user_id users.id', flows: ['orders.total < orders.user_id users.age users.id', 'orders.note < orders.user_id users.id users.ssn'] },
    { sql: 'UPDATE users SET tags[1] = ssn', out: null, flows: ['users.tags < users.ssn users.tags'] },
    { sql: 'UPDATE orders o SET note = u.ssn FROM users u WHERE u.id = o.user_id', out: null, influence: 'orders.user_id users.id', flows: ['orders.note < users.ssn'] },
    { sql: 'DELETE FROM users WHERE ssn = $1 RETURNING name', out: ['users.name'], influence: 'users.ssn' },
    { sql: 'DELETE FROM users u USING orders o WHERE o.user_id = u.id', out: null, influence: 'orders.user_id users.id' },
    { sql: 'DELETE FROM users WHERE CURRENT OF c', out: null, influence: '?' },
    { sql: 'INSERT INTO orders AS o (id, note) SELECT id, ssn FROM users ON CONFLICT (id) DO UPDATE SET note = EXCLUDED.note || o.total WHERE o.user_id > EXCLUDED.id RETURNING note', out: ['orders.note orders.total users.ssn'], influence: 'orders.id orders.user_id users.id', flows: ['orders.id < users.id', 'orders.note < users.ssn', 'orders.note < orders.total users.ssn'] },
    { sql: 'INSERT INTO orders (id, note) SELECT id, ssn FROM users ON CONFLICT DO NOTHING', out: null, influence: 'orders.id orders.note users.id users.ssn', flows: ['orders.id < users.id', 'orders.note < users.ssn'] },
    { sql: "INSERT INTO orders (id, note) VALUES (1, 'x') ON CONFLICT (note) DO UPDATE SET note = EXCLUDED.note", out: null, influence: 'orders.note', flows: ['orders.id < ', 'orders.note < ', 'orders.note < '] },
    { sql: 'MERGE INTO orders o USING users u ON o.user_id = u.id WHEN MATCHED AND u.age > 1 THEN UPDATE SET note = u.ssn WHEN NOT MATCHED THEN INSERT (id, note) VALUES (u.id, u.email)', out: null, influence: 'orders.user_id users.age users.id', flows: ['orders.note < users.ssn', 'orders.id < users.id', 'orders.note < users.email'], since: 15 },
    { sql: 'MERGE INTO orders o USING users u ON o.user_id = u.id WHEN MATCHED THEN UPDATE SET note = u.ssn RETURNING merge_action(), o.note, u.name', out: ['orders.user_id users.id', 'orders.note users.ssn', 'users.name'], influence: 'orders.user_id users.id', flows: ['orders.note < users.ssn'], since: 17 },
    { sql: 'UPDATE users SET name = ssn RETURNING old.name, new.name, old, new', out: ['users.name', 'users.name users.ssn', 'users.*', 'users.* users.ssn'], flows: ['users.name < users.ssn'], since: 18 },
    { sql: 'WITH gone AS (DELETE FROM users WHERE age = 1 RETURNING ssn, name) SELECT name FROM gone', out: ['users.name'], influence: 'users.age' },
    { sql: 'WITH gone AS (DELETE FROM users WHERE age = 1 RETURNING ssn), kept AS (INSERT INTO audit (what) SELECT ssn FROM gone RETURNING what) SELECT what FROM kept', out: ['audit.what users.ssn'], influence: 'users.age' },
    { sql: 'UPDATE orders o SET note = $1 FROM users u WHERE u.id = o.id RETURNING u.ssn, o.total, (SELECT max(email) FROM users WHERE age = o.user_id)', out: ['users.ssn', 'orders.total', 'orders.user_id users.age users.email'], influence: 'orders.id orders.user_id users.age users.id', flows: ['orders.note < '] },
    { sql: 'WITH gone AS (DELETE FROM users RETURNING ssn) INSERT INTO audit (what) SELECT ssn FROM gone', out: null, flows: ['audit.what < users.ssn'] },
  ],
  'generated columns': [
    { sql: 'INSERT INTO made (a) SELECT ssn FROM users ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.shown RETURNING b', out: ['made.b users.ssn'], influence: 'made.a users.ssn', flows: ['made.a < users.ssn', 'made.b < users.ssn'] },
    { sql: 'SELECT shown FROM made ORDER BY shown', out: ['made.a made.b made.shown'], influence: 'made.a made.b made.shown' },
    { sql: 'UPDATE made SET a = ssn FROM users RETURNING shown, b', out: ['made.a made.b made.shown users.ssn', 'made.b'], flows: ['made.a < users.ssn'] },
  ],
  'functions': [
    { sql: 'SELECT shout(name), look_up(age), secret(ssn) FROM users', out: ['users.name', 'users.age users.id users.ssn', 'users.ssn ?'], calls: ['secret < users.ssn'] },
    { sql: 'SELECT x FROM look_up(1) x', out: ['users.id users.ssn'], influence: 'users.id users.ssn' },
    { sql: 'SELECT note_down(ssn) FROM users', out: ['users.ssn'], flows: ['audit.what < users.ssn'], calls: ['note_down < users.ssn'] },
    { sql: "SELECT set_config('a.b', ssn, false), pg_notify('c', name) FROM users", out: ['users.ssn', 'users.name'], calls: ['pg_notify < users.name', 'set_config < users.ssn'] },
    { sql: "SELECT set_config('a.b', 'x', false)", out: [''] },
    { sql: 'SELECT setseed(age), pg_advisory_lock(age), setval(\'s\', age), lo_from_bytea(0, ssn::bytea), pg_logical_emit_message(false, ssn, name) FROM users', out: ['users.age', 'users.age', 'users.age', 'users.ssn ?', 'users.name users.ssn ?'], calls: ['lo_from_bytea < users.ssn', 'pg_advisory_lock < users.age', 'pg_logical_emit_message < users.name users.ssn', 'setseed < users.age', 'setval < users.age'] },
    { sql: "SELECT query_to_xml('SELECT 1', true, true, ''), table_to_xml('users', true, true, ''), ts_rewrite('a', 'SELECT 1'), pg_read_file('x'), lo_get(1)", out: ['?', '?', '?', '?', '?'] },
    { sql: "SELECT * FROM ts_stat('SELECT 1')", out: ['?', '?', '?'], influence: '?' },
    { sql: "SELECT current_setting('server_version'), current_setting('a.b'), current_setting(name), current_setting('application_name', true), current_setting('timezone'), current_setting('Transaction_Isolation') FROM users", out: ['', '?', 'users.name ?', '?', '?', ''] },
    { sql: 'SELECT setting FROM pg_settings', out: ['?'] },
    { sql: 'SELECT lower(name), substring(ssn FROM 1 FOR 3), md5(ssn), now(), random(), currval(\'s\') FROM users', out: ['users.name', 'users.ssn', 'users.ssn', '', '', ''] },
  ],
}

/** Which columns are copies, in order; '' where something was made of it. */
const COPIES: readonly { readonly sql: string; readonly plain: readonly string[]; readonly since?: number }[] = [
  { sql: 'SELECT name, upper(name), name COLLATE "C", u, ctid FROM users u', plain: ['users.name', '', '', '', ''] },
  { sql: 'SELECT mail, called, p.name FROM people p, plain', plain: ['', 'users.name', 'users.name'] },
  { sql: 'WITH c AS (SELECT ssn AS x FROM users) SELECT x, (SELECT x) FROM (SELECT x FROM c) d', plain: ['users.ssn', ''] },
  { sql: 'SELECT x FROM (SELECT name AS x FROM users UNION ALL SELECT name FROM users) u', plain: [''] },
  { sql: 'WITH RECURSIVE r AS (SELECT name FROM users UNION SELECT name FROM r) SELECT name FROM r', plain: [''] },
  { sql: 'SELECT ssn, count(*) FROM users GROUP BY ssn', plain: ['users.ssn', ''] },
  { sql: 'SELECT upper(ssn) FROM users GROUP BY upper(ssn)', plain: [''] },
  { sql: 'SELECT id, o.note FROM users LEFT JOIN orders o USING (id)', plain: ['users.id', 'orders.note'] },
  { sql: 'SELECT id FROM users FULL JOIN orders USING (id)', plain: [''] },
  { sql: 'SELECT x.ssn FROM users, LATERAL (SELECT users.ssn) x', plain: ['users.ssn'] },
  { sql: 'UPDATE users SET name = ssn RETURNING name, email', plain: ['', 'users.email'] },
  { sql: 'UPDATE users SET name = ssn RETURNING old.name, new.name', plain: ['users.name', ''], since: 18 },
  { sql: "INSERT INTO audit VALUES ('a') RETURNING who, what", plain: ['', 'audit.what'] },
  { sql: 'SELECT shown, a FROM made', plain: ['', 'made.a'] },
  { sql: 'DELETE FROM users RETURNING ssn', plain: ['users.ssn'] },
  { sql: 'WITH w AS (UPDATE users SET name = left(name, 1) RETURNING name, ssn) SELECT name, ssn FROM w', plain: ['', 'users.ssn'] },
  { sql: 'SELECT name::varchar, age::text FROM users', plain: ['users.name', ''] },
]

/** What decides whether a statement fails; null: nothing. */
const FAILURES: readonly { readonly sql: string; readonly fails: string | null; readonly since?: number }[] = [
  { sql: "SELECT upper(name) || email, length(ssn), age::text, coalesce(name, ssn), substr(ssn, 1, 4) = '4111', ssn LIKE '41%', count(*) OVER (), to_jsonb(u) FROM users u", fails: '' },
  { sql: 'SELECT name, max(ssn), count(DISTINCT email), sum(age) FROM users GROUP BY name', fails: null },
  { sql: "SELECT 1 / (ascii(ssn) - 52) FROM users WHERE id = 7", fails: 'users.ssn' },
  { sql: 'SELECT ssn::int, name FROM users', fails: 'users.ssn' },
  { sql: "SELECT substr(name, 1, ascii(ssn)), split_part(email, '@', age) FROM users", fails: 'users.age users.ssn' },
  { sql: "SELECT name LIKE 'ab\\', ssn LIKE email, boss::text LIKE '1%' FROM users", fails: 'users.email users.name users.ssn' },
  { sql: 'SELECT ssn::varchar(3), name::char(2) FROM users', fails: null },
  { sql: 'INSERT INTO made (a) SELECT (ssn || name)::varchar(3) FROM users', fails: '' },
  { sql: 'UPDATE users SET age = age / boss WHERE id = 1', fails: 'users.age users.boss' },
  { sql: 'SELECT coalesce(ssn, (1 / (id - 7))::text) FROM users', fails: 'users.id users.ssn' },
  { sql: "SELECT ssn > '4' AND 1 / (id - 7) > 0 FROM users", fails: 'users.id users.ssn' },
  { sql: "SELECT ssn > '4' AND s.v > 0 FROM (SELECT ssn, 1 / (id - 7) AS v FROM users) s", fails: 'users.id users.ssn' },
  { sql: "WITH x AS MATERIALIZED (SELECT 1 / (ascii(ssn) - 52) AS v, name FROM users) SELECT name FROM x", fails: 'users.ssn' },
  { sql: "SELECT replace(ssn, '4', repeat('x', 600000000)), replace(name, 'a', 'b') FROM users", fails: 'users.ssn' },
  { sql: "SELECT ssn || s.long FROM users, (SELECT string_agg(note, '') AS long FROM orders) s", fails: 'orders.note users.ssn' },
  { sql: "WITH RECURSIVE r (n, v) AS (SELECT 1, ssn FROM users UNION ALL SELECT n + 1, v || v FROM r WHERE n < 40) SELECT n FROM r", fails: 'users.ssn' },
  { sql: 'SELECT sum(total), avg(total) FROM orders', fails: null },
  { sql: 'SELECT sum(v) FROM (SELECT 9e131071 AS v UNION ALL SELECT total FROM orders) s', fails: 'orders.total' },
  { sql: "SELECT jsonb_build_object('a', ssn), jsonb_build_object(name, 1) FROM users", fails: 'users.name' },
  { sql: "SELECT format('%s: %L', ssn, email), format('%I', name), format('%*s', age, boss) FROM users", fails: 'users.age users.boss users.name' },
  { sql: 'SELECT ARRAY[name, ssn], tags[1], ARRAY[tags, ARRAY[email]] FROM users', fails: 'users.email users.tags' },
  { sql: 'SELECT shout(ssn), look_up(age) FROM users', fails: null },
  { sql: 'SELECT secret(ssn) FROM users', fails: 'users.ssn' },
  { sql: 'SELECT set_config(\'a.b\', ssn, false), note_down(name) FROM users', fails: 'users.name users.ssn' },
  { sql: 'SELECT mail, total FROM buyers', fails: null },
  { sql: 'SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ssn) FROM users', fails: '' },
  { sql: "SELECT JSON_VALUE(doc, '$.a' RETURNING int ERROR ON ERROR) FROM users", fails: 'users.doc', since: 17 },
]

/** Bodies that are read, as they stand in the schema. */
const BODIES: Readonly<Record<string, string>> = {
  shout: 'SELECT upper($1)',
  look_up: 'SELECT ssn FROM users WHERE id = $1',
  note_down: 'INSERT INTO audit (what) VALUES ($1)',
}

describe.each(majorsAtHand())('lineage of the trees of Postgres %i', (major) => {
  let server: LineageServer
  const bodies = new Map<string, ExpandedFunction>()
  beforeAll(async () => {
    server = await startLineageServer(major, `${SCHEMA} CREATE SEQUENCE s`, (name) => bodies.get(name) ?? null)
    for (const [name, body] of Object.entries(BODIES)) bodies.set(name, { queries: await server.read(body) })
  }, 60_000)
  afterAll(() => server?.stop())

  it.each(COPIES.filter(({ since }) => (since ?? 14) <= major))('knows what is a copy in $sql', async ({ sql, plain }) => {
    const [first] = await server.trace(sql)
    const own = [...(first?.values() ?? [])].at(-1)
    expect(own?.output?.map((column) => (column.plain === undefined ? '' : server.name(column.plain)))).toEqual(plain)
  })

  it.each(FAILURES.filter(({ since }) => (since ?? 14) <= major))('knows what decides whether $sql fails', async ({ sql, fails }) => {
    const own = [...((await server.trace(sql))[0]?.values() ?? [])].at(-1)
    expect(own?.fails === undefined ? null : server.names(own.fails)).toBe(fails)
  })

  it('names the functions that fail by no value as the server does', async () => {
    const named = TOTAL_FUNCTIONS.trim().split(/,\s*/).map((line) => line.split(' ').slice(0, 2).join(' '))
    const { rows } = await server.client.query<{ one: string }>("SELECT oid || ' ' || proname AS one FROM pg_proc WHERE oid < 16384")
    const theirs = new Set(rows.map(({ one }) => one))
    expect(named.filter((one) => !theirs.has(one))).toEqual([])
    const compared = await server.client.query<{ oid: number }>(`SELECT DISTINCT o.oprcode::oid AS oid FROM pg_amop a JOIN pg_am m ON m.oid = a.amopmethod AND m.amname = 'btree'
      JOIN pg_operator s ON s.oid = a.amopopr JOIN pg_operator o ON o.oid IN (s.oid, s.oprnegate) WHERE o.oid < 16384`)
    const comparing = new Set(compared.rows.map(({ oid }) => oid))
    expect([...COMPARISONS].filter((oid) => !comparing.has(oid))).toEqual([])
  })

  for (const [group, cases] of Object.entries(CASES)) {
    describe(group, () => {
      it.each(cases.filter(({ since }) => (since ?? 14) <= major))('$sql', async ({ sql, out, influence, flows, calls }) => {
        const [first] = await server.trace(sql)
        // Data-changing WITH parts are finished before the query they belong to.
        const own = [...(first?.values() ?? [])].at(-1)
        if (own === undefined) throw new Error('nothing was traced')
        expect(own.output?.map(server.names) ?? null).toEqual(out)
        if (influence !== undefined) expect(server.names({ from: own.influence, opaque: own.influenceOpaque })).toBe(influence)
        expect(own.flows.map((flow) => `${server.name(flow.into)} < ${server.names(flow)}`)).toEqual(flows ?? [])
        expect(own.callFlows.map((flow) => `${server.called(flow.function)} < ${server.names(flow)}`).sort()).toEqual(calls ?? [])
      })
    })
  }
})
