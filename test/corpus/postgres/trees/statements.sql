-- name: constant
SELECT 1
-- name: columns
SELECT id, email AS mail FROM users WHERE born > '1990-01-01'
-- name: star
SELECT * FROM users
-- name: whole_row
SELECT u, u.*, row_to_json(u) FROM users u
-- name: row_as_text
SELECT u::text, (u).ssn FROM users u
-- name: function_as_attribute
SELECT u.boo FROM users u
-- name: system_columns
SELECT ctid, tableoid::regclass, xmin FROM users
-- name: parameters
SELECT id FROM users WHERE email = $1 AND id < $2 LIMIT $3
-- name: null_constant
SELECT NULL, NULL::int, 'x', true, 1.5, B'101', '1 day'::interval
-- name: registered_names
SELECT 'users'::regclass, 'own_lower'::regproc, 'mood'::regtype, 'trees'::regnamespace
-- name: inner_join
SELECT u.email, o.total FROM users u JOIN orders o ON o.user_id = u.id
-- name: left_join
SELECT u.email, o.total FROM users u LEFT JOIN orders o ON o.user_id = u.id AND o.total > 3
-- name: using_join
SELECT id, a.email FROM users a JOIN users b USING (id)
-- name: full_natural_join
SELECT * FROM (SELECT id, email FROM users) a NATURAL FULL JOIN (SELECT id, note FROM orders) b
-- name: join_alias
SELECT j.id FROM (users a JOIN users b USING (id) AS merged) AS j (id, x1, x2, x3, x4, y1, y2, y3, y4)
-- name: join_using_alias
SELECT merged.id FROM users a JOIN users b USING (id) AS merged
-- name: cross_join
SELECT count(*) FROM users, orders CROSS JOIN audit
-- name: lateral
SELECT u.id, l.total FROM users u, LATERAL (SELECT o.total FROM orders o WHERE o.user_id = u.id LIMIT 1) l
-- name: subselect
SELECT s.x FROM (SELECT upper(email) AS x FROM users) s
-- name: scalar_sublink
SELECT (SELECT email FROM users WHERE users.id = o.user_id) FROM orders o
-- name: exists
SELECT 1 FROM orders o WHERE EXISTS (SELECT 1 FROM users u WHERE u.id = o.user_id)
-- name: any_sublink
SELECT 1 FROM orders WHERE user_id IN (SELECT id FROM users) AND (user_id, note) NOT IN (SELECT id, email FROM users)
-- name: all_sublink
SELECT 1 FROM orders WHERE total > ALL (SELECT total FROM totals)
-- name: array_sublink
SELECT ARRAY(SELECT email FROM users ORDER BY id)
-- name: row_compare
SELECT 1 FROM users WHERE (id, email) < (3, 'x') AND (id, email) > (SELECT 1, 'a')
-- name: operators
SELECT id + 1, -id, email || 'x', id IS DISTINCT FROM 3, NULLIF(id, 3) FROM users
-- name: own_operator
SELECT 1 FROM orders WHERE note === 'x'
-- name: own_function
SELECT own_lower(note), lower(note) FROM orders
-- name: named_arguments
SELECT make_interval(days => 3), variadic_sum(1, 2, 3), variadic_sum(VARIADIC ARRAY[1])
-- name: scalar_array
SELECT 1 FROM users WHERE id = ANY (ARRAY[1, 2]) AND email <> ALL ($1) AND id IN (1, 2, 3)
-- name: not_in_list
SELECT 1 FROM users WHERE id NOT IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
-- name: booleans
SELECT id = 1 AND NOT (email IS NULL OR id > 3), (id > 3) IS NOT TRUE, (email = 'x') IS UNKNOWN FROM users
-- name: between_like
SELECT 1 FROM users WHERE id BETWEEN 1 AND 3 AND id NOT BETWEEN SYMMETRIC 5 AND 4 AND email LIKE 'a%' AND email ~* 'b' AND email SIMILAR TO 'c'
-- name: case_searched
SELECT CASE WHEN id > 3 THEN email ELSE ssn END FROM users
-- name: case_simple
SELECT CASE id WHEN 1 THEN 'a' WHEN 2 THEN 'b' END FROM users
-- name: coalesce_greatest
SELECT COALESCE(email, ssn), GREATEST(id, 3), LEAST(born, now()::date) FROM users
-- name: arrays
SELECT ARRAY[id, 1], ARRAY[[1, 2], [3, 4]], tags[1], tags[1:2], (ARRAY[1])[1] FROM orders
-- name: subscript_json
SELECT doc['a'], doc->>'b', doc @> '{"a": 1}' FROM orders
-- name: rows
SELECT ROW(id, email), ROW(1, 'x')::pair, (ROW(1, 'x')::pair).b FROM users
-- name: row_is_null
SELECT 1 FROM users u WHERE u IS NULL OR ROW(id, email) IS NOT NULL
-- name: casts
SELECT user_id::text, total::int, note::text, tags::varchar[], '5'::int, email::mood, born::timestamp::date FROM users, orders
-- name: own_casts
SELECT m::int, m::text, m::text = 'sad', abs(m) FROM typed
-- name: domains
SELECT id::positive, d + 1, ARRAY[id]::positive[] FROM users, typed
-- name: array_coerce
SELECT tags::varchar(3)[], '{1}'::int[]::positive[] FROM orders
-- name: composites
SELECT (p).b, p::text, ps[1].a FROM typed
-- name: bits_and_ranges
SELECT r @> 3, b::int, int4range(1, 3) FROM typed
-- name: value_functions
SELECT current_user, session_user, current_date, current_timestamp(3), localtime, current_catalog, current_schema, user
-- name: special_syntax
SELECT extract(year FROM born), overlay(email PLACING 'x' FROM 1), position('a' IN email), substring(email FROM 2 FOR 3), trim(BOTH 'x' FROM email), born AT TIME ZONE 'UTC', email COLLATE "C", normalize(email), email IS NORMALIZED FROM users
-- name: overlaps
SELECT (born, born + 1) OVERLAPS (born, born + 2) FROM users
-- name: aggregates
SELECT count(*), sum(total), count(DISTINCT user_id), string_agg(note, ',' ORDER BY id DESC), max(total) FILTER (WHERE id > 3) FROM orders
-- name: ordered_set_aggregates
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total), mode() WITHIN GROUP (ORDER BY note), rank(3) WITHIN GROUP (ORDER BY id) FROM orders
-- name: own_aggregate
SELECT own_total(id) FROM orders
-- name: group_having
SELECT user_id, sum(total) FROM orders GROUP BY user_id HAVING count(*) > 3 ORDER BY 2 DESC NULLS LAST
-- name: group_by_expression
SELECT upper(email), count(*) FROM users GROUP BY upper(email), 1
-- name: grouping_sets
SELECT user_id, note, grouping(user_id, note), count(*) FROM orders GROUP BY GROUPING SETS ((user_id), (note), ()), ROLLUP (id), CUBE (total)
-- name: group_distinct
SELECT user_id FROM orders GROUP BY DISTINCT ROLLUP (user_id), ROLLUP (user_id)
-- name: windows
SELECT rank() OVER w, sum(total) OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), lag(note) OVER (ORDER BY id) FROM orders WINDOW w AS (PARTITION BY user_id ORDER BY total)
-- name: window_range
SELECT sum(total) OVER (ORDER BY id RANGE BETWEEN 3 PRECEDING AND 2 FOLLOWING EXCLUDE TIES), count(*) FILTER (WHERE id > 2) OVER () FROM orders
-- name: distinct_on
SELECT DISTINCT ON (user_id) user_id, note FROM orders ORDER BY user_id, id
-- name: distinct
SELECT DISTINCT m, note FROM orders, typed
-- name: order_limit
SELECT email FROM users ORDER BY ssn USING <, lower(email) LIMIT 3 OFFSET 1
-- name: fetch_with_ties
SELECT email FROM users ORDER BY id FETCH FIRST 3 ROWS WITH TIES
-- name: union_all
SELECT note FROM orders UNION ALL SELECT email FROM users UNION ALL SELECT 'x'
-- name: union_except
(SELECT id FROM users UNION SELECT user_id FROM orders) EXCEPT SELECT 3 ORDER BY 1
-- name: intersect_all
SELECT id, m FROM users, typed INTERSECT ALL SELECT user_id, m FROM orders, typed
-- name: values
VALUES (1, 'x'), (2, 'y')
-- name: values_from
SELECT v.a, v.b FROM (VALUES (1, (SELECT email FROM users LIMIT 1)), (2, $1)) AS v (a, b)
-- name: table_command
TABLE users
-- name: cte
WITH w AS (SELECT id, email FROM users) SELECT w.email FROM w WHERE id > 3
-- name: cte_materialized
WITH a AS MATERIALIZED (SELECT id FROM users), b AS NOT MATERIALIZED (SELECT id FROM a) SELECT * FROM a, b
-- name: recursive_cte
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n FROM r
-- name: recursive_union
WITH RECURSIVE r (n) AS (SELECT id FROM users UNION SELECT n + 1 FROM r WHERE n < 10) SELECT n FROM r
-- name: cte_search_cycle
WITH RECURSIVE r (n) AS (SELECT id FROM users UNION ALL SELECT n + 1 FROM r) SEARCH DEPTH FIRST BY n SET o CYCLE n SET c USING p SELECT * FROM r
-- name: function_scan
SELECT f.email, g.n FROM all_users() f, generate_series(1, 3) WITH ORDINALITY AS g (n, i)
-- name: rows_from
SELECT * FROM ROWS FROM (generate_series(1, 3), all_users()) AS x
-- name: column_definitions
SELECT * FROM any_record() AS x (a int, b text), two_out() y
-- name: json_functions_scan
SELECT e.key, e.value FROM orders o, jsonb_each_text(to_jsonb(o)) e
-- name: target_set_function
SELECT generate_series(1, id), unnest(tags) FROM orders
-- name: tablesample
SELECT id FROM users TABLESAMPLE BERNOULLI (10) REPEATABLE (3)
-- name: only
SELECT v FROM ONLY parent
-- name: inheritance
SELECT v FROM parent
-- name: partitions
SELECT v FROM parted WHERE k = 3
-- name: for_update
SELECT id FROM users WHERE id = 1 FOR UPDATE
-- name: for_share_of
SELECT u.id FROM users u, user_names n WHERE u.id = n.id FOR SHARE OF n SKIP LOCKED
-- name: view
SELECT email FROM user_names
-- name: view_of_view
SELECT n.id FROM user_ids n JOIN joined j ON j.id = n.id
-- name: view_whole_row
SELECT n FROM user_names n
-- name: materialized_view
SELECT total FROM totals
-- name: barrier_view
SELECT email FROM barrier WHERE id = 12
-- name: system_view
SELECT most_common_vals FROM pg_stats WHERE tablename = 'users'
-- name: row_security
SELECT body FROM guarded WHERE id = 3
-- name: row_security_insert
INSERT INTO guarded VALUES (1, 'x', 'y') ON CONFLICT DO NOTHING
-- name: row_security_update
UPDATE guarded SET body = 'x' RETURNING id
-- name: temporary_table
SELECT s.text FROM scratch s JOIN users USING (id)
-- name: xml_expressions
SELECT xmlelement(name a, xmlattributes(id AS i), email), xmlforest(email, ssn AS s), xmlconcat('<a/>', '<b/>'), xmlparse(CONTENT email), xmlserialize(CONTENT '<a/>' AS text), xmlroot('<a/>', VERSION '1.0'), '<a/>'::xml IS DOCUMENT, xmlpi(name a, 'x') FROM users
-- name: xml_table
SELECT t.* FROM orders, XMLTABLE(XMLNAMESPACES ('u' AS p), '/a' PASSING (note::xml) COLUMNS n FOR ORDINALITY, x int PATH '@x' DEFAULT id NOT NULL, y text) AS t
-- name: json_constructors since 16
SELECT JSON_OBJECT('a': id, 'b': email NULL ON NULL WITH UNIQUE KEYS), JSON_ARRAY(id, email ABSENT ON NULL RETURNING jsonb), JSON_ARRAYAGG(email ORDER BY id), JSON_OBJECTAGG(id: email), email IS JSON OBJECT WITH UNIQUE KEYS FROM users GROUP BY id
-- name: json_constructor_query since 16
SELECT JSON_ARRAY(SELECT id FROM users), JSON_OBJECT('a': '1' FORMAT JSON)
-- name: json_expressions since 17
SELECT JSON_VALUE(doc, '$.a' RETURNING int DEFAULT 3 ON EMPTY ERROR ON ERROR), JSON_QUERY(doc, '$.b' PASSING id AS x WITH WRAPPER), JSON_EXISTS(doc, '$.c' TRUE ON ERROR), JSON('1'), JSON_SCALAR(id), JSON_SERIALIZE(doc RETURNING bytea) FROM orders
-- name: json_query_quotes since 17
SELECT JSON_QUERY(doc, '$.b' RETURNING text OMIT QUOTES EMPTY ARRAY ON EMPTY), JSON_VALUE(doc, '$.d' RETURNING positive DEFAULT 1 ON ERROR) FROM orders
-- name: json_table since 17
SELECT t.* FROM orders, JSON_TABLE(doc, '$.x[*]' AS root PASSING id AS i COLUMNS (n FOR ORDINALITY, a int PATH '$.a' DEFAULT 3 ON EMPTY, b jsonb FORMAT JSON PATH '$.b' KEEP QUOTES, e boolean EXISTS PATH '$.e', NESTED PATH '$.c[*]' AS c COLUMNS (d text PATH '$'), NESTED PATH '$.f[*]' AS f COLUMNS (g text PATH '$')) ERROR ON ERROR) t
-- name: any_value since 16
SELECT any_value(email), 0x1F, 1_000 FROM users
-- name: array_shuffle since 16
SELECT array_sample(tags, 1), date_add(now(), '1 day'), system_user FROM orders
-- name: at_local since 17
SELECT now() AT LOCAL, to_bin(3)::text FROM (SELECT 1) WHERE random(1, 3) = 2
-- name: group_all since 18
SELECT u.id, upper(u.email), (SELECT count(*) FROM orders o WHERE o.user_id = u.id) FROM users u LEFT JOIN orders o ON o.user_id = u.id GROUP BY u.id, upper(u.email) HAVING upper(u.email) > 'a' ORDER BY upper(u.email)
-- name: casefold since 18
SELECT casefold(email), uuidv7(), array_sort(ARRAY[2, 1]) FROM users
-- name: insert
INSERT INTO users (id, email) VALUES (1, 'a')
-- name: insert_many
INSERT INTO users (id, email) VALUES (1, 'a'), (2, DEFAULT), ($1, $2) RETURNING id, ssn
-- name: insert_default_values
INSERT INTO audit DEFAULT VALUES
-- name: insert_identity
INSERT INTO orders (user_id, total) VALUES (1, 2) RETURNING id, twice
-- name: insert_overriding
INSERT INTO orders (id, user_id) OVERRIDING SYSTEM VALUE VALUES (7, 1)
-- name: insert_select
INSERT INTO audit (what) SELECT ssn FROM users WHERE id = 3
-- name: insert_types
INSERT INTO typed (m, p.a, a[2], d) VALUES ('sad', 3, 4, 5)
-- name: insert_domain_of_composite
INSERT INTO domain_pairs (c.a, t[1]) VALUES (1, 2)
-- name: upsert
INSERT INTO users AS u (id, email) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET email = EXCLUDED.email, ssn = u.ssn WHERE u.id > EXCLUDED.id RETURNING u.email
-- name: upsert_constraint
INSERT INTO users VALUES (1) ON CONFLICT ON CONSTRAINT users_pkey DO NOTHING
-- name: upsert_view
INSERT INTO checked_users (id, email) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET email = EXCLUDED.email
-- name: update
UPDATE users SET email = 'x' WHERE id = 3
-- name: update_everything
UPDATE users SET email = ssn
-- name: update_from
UPDATE users u SET email = o.note FROM orders o WHERE o.user_id = u.id RETURNING u.*, o.id
-- name: update_from_elsewhere
UPDATE users u SET email = o.note FROM orders o WHERE o.id = 3
-- name: update_row
UPDATE users SET (email, ssn) = (SELECT note, note FROM orders WHERE orders.user_id = users.id), born = DEFAULT WHERE id < 3
-- name: update_parts
UPDATE typed SET p.b = 'x', a[1] = 3, r = '[1,2)', ps[2].a = 3 WHERE d = 1
-- name: update_only
UPDATE ONLY parent SET v = 'x' WHERE true
-- name: update_domain_of_composite
UPDATE domain_pairs SET c.b = 'x', t[2] = 4
-- name: delete
DELETE FROM users WHERE id = 3 RETURNING *
-- name: delete_everything
DELETE FROM users
-- name: delete_tautology
DELETE FROM users WHERE 1 = 1
-- name: delete_using
DELETE FROM users u USING orders o, audit WHERE o.user_id = u.id
-- name: delete_by_sublink
DELETE FROM users WHERE EXISTS (SELECT 1 FROM orders o WHERE o.user_id = users.id)
-- name: delete_partitions
DELETE FROM parted WHERE k = 3
-- name: current_of
DELETE FROM users WHERE CURRENT OF c
-- name: update_view
UPDATE user_names SET email = 'x' WHERE id = 3 RETURNING id
-- name: update_view_everything
UPDATE user_names SET email = 'x'
-- name: update_view_of_view
DELETE FROM user_ids WHERE id = 3
-- name: update_checked_view
UPDATE checked_users SET email = 'x' WHERE id = 3
-- name: update_barrier_view
UPDATE barrier SET email = 'x' WHERE id = 3
-- name: insert_checked_view
INSERT INTO checked_users VALUES (1, 'x')
-- name: update_triggered_view
UPDATE triggered SET loud = 'x' WHERE id = 3 RETURNING loud
-- name: insert_triggered_view
INSERT INTO triggered VALUES (1, 'x')
-- name: rule_also
UPDATE safe SET b = 'x' WHERE a = 3
-- name: rule_instead
UPDATE replaced SET b = 'x' WHERE a = 3
-- name: rule_instead_nothing
DELETE FROM replaced WHERE a = 3
-- name: rule_conditional
INSERT INTO replaced VALUES (11, 'x')
-- name: rule_notify
INSERT INTO told VALUES (1)
-- name: rule_on_view
DELETE FROM joined WHERE id = 3
-- name: modifying_cte
WITH gone AS (DELETE FROM orders WHERE total > 3 RETURNING *), put AS (INSERT INTO audit (what) SELECT note FROM gone RETURNING what) UPDATE users SET email = put.what FROM put WHERE users.id = 3
-- name: modifying_cte_select
WITH gone AS (DELETE FROM users RETURNING email) SELECT email FROM gone UNION SELECT note FROM orders
-- name: modifying_cte_unread
WITH a AS (UPDATE users SET email = 'x'), b AS (SELECT 1) SELECT * FROM b
-- name: merge since 15
MERGE INTO users u USING orders o ON o.user_id = u.id WHEN MATCHED AND o.total > 3 THEN UPDATE SET email = o.note WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, email) VALUES (o.user_id, 'x')
-- name: merge_nothing since 15
MERGE INTO ONLY parent p USING (VALUES (1, 'x')) AS s (k, v) ON s.k = p.k WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT DEFAULT VALUES
-- name: merge_returning since 17
MERGE INTO users u USING orders o ON o.user_id = u.id WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN MATCHED THEN UPDATE SET email = 'x' RETURNING merge_action(), u.id
-- name: merge_view since 17
MERGE INTO checked_users u USING orders o ON o.user_id = u.id WHEN MATCHED THEN UPDATE SET email = 'x' WHEN NOT MATCHED THEN INSERT (id, email) VALUES (1, 'x')
-- name: merge_row_security since 15
MERGE INTO guarded g USING users u ON g.id = u.id WHEN MATCHED THEN UPDATE SET body = u.email WHEN NOT MATCHED THEN INSERT (id) VALUES (u.id)
-- name: merge_in_cte since 17
WITH m AS (MERGE INTO users u USING orders o ON o.user_id = u.id WHEN MATCHED THEN DELETE RETURNING u.email) SELECT * FROM m
-- name: returning_old_new since 18
UPDATE users SET email = 'x' WHERE id = 3 RETURNING old.email, new.email, old, new.*
-- name: returning_aliases since 18
DELETE FROM user_names WHERE id = 3 RETURNING WITH (OLD AS o, NEW AS n) o.email || 'x', n.id
-- name: returning_upsert since 18
INSERT INTO checked_users VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET email = EXCLUDED.email RETURNING old.email, new.id
-- name: delete_by_other_rows
DELETE FROM users WHERE EXISTS (SELECT 1 FROM orders o WHERE o.id = 3) AND (SELECT true)
-- name: delete_by_parameter
DELETE FROM users WHERE $1
-- name: update_by_disjunction
UPDATE users SET email = 'x' WHERE id = 3 OR email IN (SELECT note FROM orders)
-- name: update_triggered_everything
UPDATE triggered SET loud = 'x'
-- name: update_triggered_from_itself
UPDATE triggered SET loud = 'x' FROM triggered other WHERE other.id = 3
-- name: delete_triggered
DELETE FROM triggered WHERE id IN (SELECT id FROM triggered)
-- name: locking_cte
WITH w AS (SELECT id FROM user_ids FOR UPDATE) UPDATE orders SET note = 'x' FROM w WHERE user_id = w.id
-- name: insert_partitions
INSERT INTO parted VALUES (1, 'x') RETURNING tableoid
-- name: insert_select_locking
INSERT INTO audit (what) SELECT email FROM users FOR SHARE
-- name: update_join
UPDATE orders SET note = x.email FROM (users u LEFT JOIN parent p ON p.k = u.id) AS x WHERE orders.user_id = x.id
-- name: nested_levels
SELECT (SELECT (SELECT u.email || o.note FROM audit a WHERE a.n = u.id) FROM orders o) FROM users u
-- name: cte_in_sublink
SELECT 1 FROM users u WHERE EXISTS (WITH w AS (SELECT o.note FROM orders o WHERE o.user_id = u.id) SELECT 1 FROM w WHERE w.note = u.email)
-- name: rule_with_condition_of_a_view
UPDATE safe SET b = 'x' WHERE a IN (SELECT id FROM user_ids)
-- name: rule_everything
UPDATE safe SET b = 'x'
-- name: merge_unconditional since 15
MERGE INTO users u USING orders o ON o.id = 3 WHEN MATCHED THEN DELETE
-- name: merge_by_action since 15
MERGE INTO users u USING orders o ON true WHEN MATCHED AND u.id = 3 THEN DELETE
-- name: merge_by_source since 17
MERGE INTO users u USING orders o ON o.user_id = u.id WHEN NOT MATCHED BY SOURCE AND u.id = 3 THEN DELETE
-- name: odd_names
SELECT id AS "a b", "a""b" AS "c\d", "b c" AS "e""f", 1 AS "(g) {h} <>", 2 AS "<>", 4 AS ":i", 5 AS "ü€😀", u."id" AS "1 [ 2 ]" FROM users AS u (id, "a""b", "b c")
-- name: row_conversion
SELECT c::parent, (c::parent).v FROM child c
-- name: returning_computed since 18
UPDATE computed SET id = 1 RETURNING old.loud, new.loud, loud
-- name: update_computed_view
UPDATE computed SET id = 1 WHERE loud = 'x' RETURNING loud
-- name: operators_of_record
SELECT 1 FROM parent a, typed b WHERE a = a AND b.ps = b.ps ORDER BY a
-- name: utility
CREATE TABLE never (a int)
