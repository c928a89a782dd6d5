-- MERGE, which 15 brought.
CREATE TABLE stock (item text PRIMARY KEY, n int NOT NULL);
CREATE TABLE delta (item text, n int);
INSERT INTO stock VALUES ('pen', 5), ('ink', 2), ('pad', 0);
INSERT INTO delta VALUES ('pen', 3), ('ink', -2), ('cap', 4);
MERGE INTO stock s USING delta d ON s.item = d.item
  WHEN MATCHED AND s.n + d.n = 0 THEN DELETE
  WHEN MATCHED THEN UPDATE SET n = s.n + d.n
  WHEN NOT MATCHED AND d.n > 0 THEN INSERT VALUES (d.item, d.n)
  WHEN NOT MATCHED THEN DO NOTHING;
SELECT * FROM stock ORDER BY item;
MERGE INTO stock s USING (SELECT 'pen' AS item UNION ALL SELECT 'pen') d ON s.item = d.item WHEN MATCHED THEN UPDATE SET n = 0;
MERGE INTO stock s USING delta d ON s.item = d.item WHEN MATCHED THEN UPDATE SET nope = 1;
WITH d AS (SELECT 'pad' AS item, 9 AS n) MERGE INTO stock s USING d ON s.item = d.item WHEN MATCHED THEN UPDATE SET n = d.n;
EXPLAIN (COSTS off) MERGE INTO stock s USING delta d ON s.item = d.item WHEN MATCHED THEN DELETE;
PREPARE m (int) AS MERGE INTO stock s USING delta d ON s.item = d.item WHEN MATCHED THEN UPDATE SET n = $1;
EXECUTE m (42);
SELECT * FROM stock ORDER BY item;
