-- COPY in all its forms, in and out, and what goes wrong with it.
CREATE TABLE t (a int, b text, c numeric);
COPY t FROM STDIN;
1	one	1.5
2	\N	\N
3	tab\there\\	3
\.
COPY t (b, a) FROM STDIN WITH (FORMAT csv, HEADER, DELIMITER ';', NULL 'nil', QUOTE '''');
b;a
'semi;colon';4
nil;5
'';6
\.
COPY t TO STDOUT;
COPY t TO STDOUT (FORMAT csv, HEADER);
COPY t (b) TO STDOUT CSV QUOTE '"' FORCE QUOTE b;
COPY (SELECT a, b FROM t WHERE a > 2 ORDER BY a) TO STDOUT WITH DELIMITER ',' NULL AS '<null>';
COPY t TO STDOUT (DELIMITER '|', ENCODING 'LATIN1');
COPY (VALUES (1, 'x'), (2, E'line\nbreak')) TO STDOUT;
COPY (VALUES (1, 'x'), (2, E'line\nbreak')) TO STDOUT CSV;
COPY (INSERT INTO t VALUES (50, 'inserted', 0) RETURNING *) TO STDOUT;
COPY (DELETE FROM t WHERE a = 50 RETURNING a) TO STDOUT CSV;
COPY t FROM STDIN (FORMAT csv) WHERE a > 100;
99,no,1
101,yes,1
\.
COPY t FROM STDIN;
x	bad	1
\.
COPY t FROM STDIN;
7	too	many	columns
\.
COPY t FROM STDIN;
8
\.
COPY t (a, nope) FROM STDIN;
COPY nowhere FROM STDIN;
COPY nowhere TO STDOUT;
COPY t TO STDOUT (FORMAT nope);
COPY (SELECT 1/0) TO STDOUT;
COPY (SELECT 1/(3 - g) FROM generate_series(1, 5) g) TO STDOUT;
BEGIN;
CREATE TABLE frozen (a int);
COPY frozen FROM STDIN (FREEZE);
1
2
\.
SELECT sum(a) FROM frozen;
COMMIT;
COPY t FROM STDIN \; SELECT 'after copy';
9	in a batch	9
\.
COPY (SELECT 1) TO STDOUT \; COPY (SELECT 2) TO STDOUT \; SELECT 3;
\copy t to '/dev/stdout' csv header
\copy (select a from t order by a limit 2) to stdout
\copy t (a) from pstdin
COPY t FROM '/nonexistent/file';
COPY (SELECT 'from a program') TO PROGRAM 'cat > /dev/null';
CREATE TABLE program (line text);
COPY program FROM PROGRAM 'echo hello; echo world';
SELECT * FROM program;
CREATE VIEW v AS SELECT a FROM t;
COPY v TO STDOUT;
COPY (SELECT * FROM v ORDER BY 1) TO STDOUT;
CREATE TABLE parted (a int, b text) PARTITION BY LIST (a);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
COPY parted FROM STDIN CSV;
1,one
\.
COPY parted FROM STDIN CSV;
2,two
\.
SELECT tableoid::regclass, * FROM parted;
SELECT count(*) FROM t;
CREATE TABLE big AS SELECT g AS a, repeat('x', 50) || g AS b FROM generate_series(1, 20000) g;
\copy big to program 'md5sum'
COPY (SELECT a, a::bigint, b, NULL::int, c FROM t WHERE a < 4 ORDER BY 1) TO PROGRAM 'md5sum > /dev/null' (FORMAT binary);
