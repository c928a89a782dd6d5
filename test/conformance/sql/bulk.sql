-- Answers and texts that are larger than any buffer on the way.
SELECT g, md5(g::text), repeat(chr(65 + g % 26), g % 100) FROM generate_series(1, 5000) g;
SELECT length(repeat('x', 10000000));
SELECT md5(repeat('ab', 3000000)), repeat('ab', 300000);
SELECT string_agg(g::text, ',') FROM generate_series(1, 20000) g;
SELECT array_agg(g) FROM generate_series(1, 10000) g;
CREATE TABLE wide AS SELECT g AS id, repeat(md5(g::text), 40) AS a, repeat(md5((g + 1)::text), 40) AS b FROM generate_series(1, 300) g;
SELECT * FROM wide ORDER BY id;
SELECT format('SELECT %s', string_agg(g::text || ' AS c' || g, ', ')) FROM generate_series(1, 1600) g \gexec
SELECT format('SELECT %s', string_agg(g::text || ' AS c' || g, ', ')) FROM generate_series(1, 1700) g \gexec
SELECT format('INSERT INTO wide VALUES %s', string_agg(format('(%s, %L, %L)', g + 1000, md5(g::text), 'it''s'), ', ')) FROM generate_series(1, 2000) g \gexec
SELECT count(*), sum(length(a)) FROM wide;
SELECT format('SELECT %s', string_agg('1', ' + ')) FROM generate_series(1, 300) g \gexec
SELECT format('SELECT * FROM wide WHERE id IN (%s) AND id < 3', string_agg(g::text, ', ')) FROM generate_series(1, 5000) g \gexec
DO $$ BEGIN FOR i IN 1..500 LOOP RAISE NOTICE 'notice %', i; END LOOP; END $$;
SELECT g FROM generate_series(1, 100000) g OFFSET 99998;
