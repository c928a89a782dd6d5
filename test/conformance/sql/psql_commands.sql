-- What psql does by itself: \d and its family, \gset, \gexec, \gdesc, \crosstabview, \watch, \bind where it has it, variables and conditions.
CREATE TABLE film (id int PRIMARY KEY, title text NOT NULL, year int CHECK (year > 1880), kind text DEFAULT 'short');
CREATE INDEX film_year ON film (year);
INSERT INTO film VALUES (1, 'A', 1902, 'short'), (2, 'B', 1927, 'long'), (3, 'C', 1931, 'long');
COMMENT ON TABLE film IS 'moving pictures';
\d film
\d+ film
\dt
\dt+ nothing
\di
\dv
\ds
\dn
\df *film*
\dT *film*
\dx plpgsql
\dg nobody
\dp film
\ddp
\dD
\dc nothing
\dC nothing
\do nothing
\dO nothing
\dF nothing
\dy
\dRp
\dRs
\dA
\des
\dL
\db nothing
\l nothing
\z film
\sv nothing
SELECT count(*) AS n, max(year) AS y FROM film \gset
\echo :n :y
SELECT 1 AS a, 2 AS b \gset prefix_
\echo :prefix_a :prefix_b
SELECT * FROM film WHERE year = :y;
SELECT :'y', :"n" FROM (SELECT 5 AS "3") x;
SELECT format('SELECT %s AS made', g) FROM generate_series(1, 3) g \gexec
SELECT 'SELECT 1/0' UNION ALL SELECT 'SELECT 2' \gexec
SELECT id, title, now() FROM film \gdesc
SELECT nope FROM film \gdesc
CREATE TABLE x (a int) \gdesc
SELECT kind, year, title FROM film ORDER BY year \crosstabview
SELECT title, year FROM film ORDER BY id \g (format=csv)
SELECT title FROM film \g /dev/stdout
\pset format unaligned
SELECT * FROM film ORDER BY id;
\pset format html
SELECT title FROM film ORDER BY id LIMIT 1;
\pset format latex
SELECT title FROM film ORDER BY id LIMIT 1;
\pset format aligned
\x on
SELECT * FROM film WHERE id = 1;
\x off
\pset null '<null>'
SELECT NULL, '';
\if :n
\echo yes
\else
\echo no
\endif
\set x 5
SELECT :x + 1;
\set ECHO_HIDDEN on
\d film
\set ECHO_HIDDEN off
\set ON_ERROR_STOP off
SELECT 1/0;
\echo :SQLSTATE :LAST_ERROR_SQLSTATE :LAST_ERROR_MESSAGE :ROW_COUNT :ERROR
SELECT 1;
\echo :SQLSTATE :ROW_COUNT
\errverbose
SELECT 'a' AS b \; SELECT 'c' AS d;
\set SHOW_ALL_RESULTS off
SELECT 'a' AS b \; SELECT 'c' AS d;
\set SINGLELINE on
SELECT 'single line'
\set SINGLELINE off
\encoding
\timing off
\prompt nothing
\echo :nothing
\copyright
\p
\r
\dconfig work_mem
\dP
\dX
\dl
\drds
\du holdpoint_nobody
\sf nothing
