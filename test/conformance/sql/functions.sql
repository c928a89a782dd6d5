-- Functions in SQL and PL/pgSQL, procedures that commit, DO, set-returning and polymorphic ones, errors from inside.
CREATE FUNCTION add(a int, b int DEFAULT 10) RETURNS int LANGUAGE sql IMMUTABLE STRICT RETURN a + b;
SELECT add(1), add(1, 2), add(b => 5, a => 6), add(NULL, 1);
CREATE FUNCTION old_style(int) RETURNS int AS 'SELECT $1 * 2' LANGUAGE sql;
SELECT old_style(21), old_style((SELECT old_style(2)));
CREATE TABLE item (id int PRIMARY KEY, label text, price numeric);
INSERT INTO item VALUES (1, 'pen', 1.5), (2, 'ink', 20), (3, 'pad', 4);
CREATE FUNCTION dear(min numeric) RETURNS SETOF item LANGUAGE sql STABLE BEGIN ATOMIC SELECT * FROM item WHERE price >= min ORDER BY id; END;
SELECT * FROM dear(2);
SELECT (dear(2)).label;
SELECT label FROM item, LATERAL dear(item.price) d WHERE d.id = 2 ORDER BY 1;
CREATE FUNCTION totals(OUT n int, OUT total numeric) LANGUAGE sql AS 'SELECT count(*)::int, sum(price) FROM item';
SELECT * FROM totals();
SELECT totals();
CREATE FUNCTION listing() RETURNS TABLE (label text, share numeric) LANGUAGE plpgsql AS $$
DECLARE r record; s numeric;
BEGIN
  SELECT sum(price) INTO s FROM item;
  FOR r IN SELECT * FROM item ORDER BY id LOOP
    label := r.label; share := round(r.price / s, 3);
    RETURN NEXT;
  END LOOP;
  RETURN QUERY SELECT 'sum', s;
END $$;
SELECT * FROM listing();
CREATE FUNCTION first_of(anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1[1]';
SELECT first_of(ARRAY[1, 2]), first_of(ARRAY['x', 'y']);
CREATE FUNCTION variadic_sum(VARIADIC ints int[]) RETURNS bigint LANGUAGE sql AS 'SELECT sum(i) FROM unnest(ints) i';
SELECT variadic_sum(1, 2, 3), variadic_sum(VARIADIC ARRAY[4, 5]);
CREATE FUNCTION writes(text) RETURNS int LANGUAGE sql AS 'INSERT INTO item VALUES (100, $1, 0) RETURNING id';
SELECT writes('made inside');
SELECT * FROM item WHERE id = 100;
CREATE FUNCTION fails(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1 / $1; EXCEPTION WHEN division_by_zero THEN RAISE NOTICE 'caught %: %', SQLSTATE, SQLERRM; RETURN -1; END $$;
SELECT fails(0), fails(1);
CREATE FUNCTION deep(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF n = 0 THEN RAISE EXCEPTION 'bottom' USING ERRCODE = 'P0999', DETAIL = 'd', HINT = 'h', COLUMN = 'c', CONSTRAINT = 'k', DATATYPE = 'dt', TABLE = 't', SCHEMA = 's'; END IF; RETURN deep(n - 1); END $$;
\set VERBOSITY verbose
SELECT deep(2);
\set VERBOSITY default
CREATE FUNCTION dynamic(tab text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE format('SELECT count(*) FROM %I', tab) INTO n; RETURN n; END $$;
SELECT dynamic('item');
SELECT dynamic('nowhere');
CREATE FUNCTION cur() RETURNS refcursor LANGUAGE plpgsql AS $$ DECLARE c refcursor := 'named'; BEGIN OPEN c FOR SELECT * FROM item ORDER BY id; RETURN c; END $$;
DO $$ BEGIN RAISE DEBUG 'unseen'; RAISE INFO 'info'; RAISE WARNING 'warning %', 1; PERFORM 1; END $$;
DO $$ BEGIN RAISE EXCEPTION 'from do'; END $$;
DO LANGUAGE plpgsql 'BEGIN ASSERT 1 = 2, ''asserted''; END';
CREATE TABLE steps (n int);
CREATE PROCEDURE committing(count int) LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..count LOOP INSERT INTO steps VALUES (i); IF i % 2 = 0 THEN COMMIT; ELSE ROLLBACK; END IF; END LOOP; END $$;
CALL committing(5);
SELECT * FROM steps ORDER BY n;
BEGIN; CALL committing(2); ROLLBACK;
CREATE PROCEDURE swap(INOUT a int, INOUT b int) LANGUAGE sql AS 'SELECT b, a';
CALL swap(1, 2);
CREATE PROCEDURE plain(x int) LANGUAGE sql BEGIN ATOMIC INSERT INTO steps VALUES (x); DELETE FROM steps WHERE n < 0; END;
CALL plain(77);
CREATE FUNCTION definer() RETURNS name LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT current_user';
SELECT definer() = current_user;
CREATE FUNCTION with_setting() RETURNS text LANGUAGE sql SET work_mem = '7MB' AS $$SELECT current_setting('work_mem')$$;
SELECT with_setting();
CREATE FUNCTION broken() RETURNS int LANGUAGE sql AS 'SELECT * FROM nowhere';
CREATE FUNCTION broken() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN nope nope; END';
CREATE FUNCTION mistyped() RETURNS int LANGUAGE sql AS $$SELECT 'text'$$;
CREATE OR REPLACE FUNCTION add(a int, b int DEFAULT 10) RETURNS int LANGUAGE sql AS 'SELECT a - b';
SELECT add(1);
ALTER FUNCTION add(int, int) RENAME TO subtract;
SELECT subtract(1, 1), add(1);
DROP FUNCTION subtract;
SELECT subtract(1, 1);
\df dear
\sf fails
CREATE FUNCTION loops() RETURNS text LANGUAGE plpgsql AS $$
<<outer>> DECLARE a int[] := '{1,2,3}'; i int; out text := '';
BEGIN
  FOREACH i IN ARRAY a LOOP CONTINUE WHEN i = 2; out := out || i; END LOOP;
  WHILE length(out) < 5 LOOP out := out || '.'; END LOOP;
  LOOP EXIT outer WHEN true; END LOOP;
  RETURN 'unreached';
END $$;
SELECT loops();
SELECT max(v) FROM (SELECT old_style(g) AS v FROM generate_series(1, 1000) g) x;
