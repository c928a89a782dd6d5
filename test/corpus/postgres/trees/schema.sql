-- One schema for the tree fixtures: every kind of relation, type, operator and rule that a tree can name.
CREATE SCHEMA trees;
SET search_path = trees;

CREATE TABLE users (id int PRIMARY KEY, email text, ssn text, born date, address point);
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id int REFERENCES users, total numeric, note varchar(40), tags text[], doc jsonb, twice numeric GENERATED ALWAYS AS (total * 2) STORED);
CREATE SEQUENCE numbers;
CREATE TABLE audit (what text, at timestamptz DEFAULT now(), by_role text DEFAULT current_user, n int DEFAULT nextval('numbers'));

CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN positives AS positive[];
CREATE TABLE typed (m mood, p pair, d positive, a positive[], ps pair[], r int4range, b bit(3));
CREATE DOMAIN checked_pair AS pair CHECK ((VALUE).a > 0);
CREATE TABLE domain_pairs (c checked_pair, t positives);

CREATE VIEW user_names AS SELECT id, email FROM users WHERE born > '2000-01-01';
CREATE VIEW user_ids AS SELECT id FROM user_names;
CREATE VIEW computed AS SELECT id, upper(email) AS loud FROM users;
CREATE VIEW barrier WITH (security_barrier) AS SELECT id, email FROM users WHERE id > 10;
CREATE VIEW checked_users AS SELECT id, email FROM users WHERE id > 0 WITH CASCADED CHECK OPTION;
CREATE VIEW joined AS SELECT u.id, u.email, o.total FROM users u JOIN orders o ON o.user_id = u.id;
CREATE MATERIALIZED VIEW totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;

CREATE TABLE parent (k int, v text);
CREATE TABLE child (extra int) INHERITS (parent);
CREATE TABLE parted (k int, v text) PARTITION BY RANGE (k);
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (100);

CREATE TABLE guarded (id int, owner text, body text);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
ALTER TABLE guarded FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON guarded USING (owner = current_user) WITH CHECK (owner = current_user AND id IN (SELECT u.id FROM users u));

CREATE TABLE safe (a int, b text);
CREATE TABLE also (a int, b text);
CREATE RULE also_delete AS ON UPDATE TO safe DO ALSO DELETE FROM also WHERE also.a = OLD.a;
CREATE TABLE replaced (a int, b text);
CREATE RULE replaced_update AS ON UPDATE TO replaced DO INSTEAD INSERT INTO also VALUES (NEW.a, NEW.b);
CREATE RULE replaced_delete AS ON DELETE TO replaced DO INSTEAD NOTHING;
CREATE RULE replaced_insert AS ON INSERT TO replaced WHERE NEW.a > 10 DO INSTEAD UPDATE also SET b = NEW.b WHERE also.a = NEW.a;
CREATE TABLE told (a int);
CREATE RULE told_insert AS ON INSERT TO told DO ALSO NOTIFY told;
CREATE RULE joined_delete AS ON DELETE TO joined DO INSTEAD DELETE FROM orders WHERE orders.user_id = OLD.id;

CREATE FUNCTION own_lower(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT pg_catalog.lower($1)';
CREATE FUNCTION all_users() RETURNS SETOF users LANGUAGE sql AS 'SELECT * FROM users';
CREATE FUNCTION two_out(OUT a int, OUT b text) LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE FUNCTION any_record() RETURNS SETOF record LANGUAGE sql AS 'SELECT 1, ''x''::text';
CREATE FUNCTION variadic_sum(VARIADIC xs int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION boo(users) RETURNS text LANGUAGE sql AS 'SELECT $1.email';
CREATE FUNCTION own_equal(varchar, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = own_equal);
CREATE FUNCTION mood_to_int(mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE CAST (mood AS int) WITH FUNCTION mood_to_int(mood) AS IMPLICIT;
CREATE FUNCTION own_add(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE AGGREGATE own_total(int) (SFUNC = own_add, STYPE = int, INITCOND = '0');
CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE VIEW triggered AS SELECT id, upper(email) AS loud FROM users;
CREATE TRIGGER triggered_write INSTEAD OF INSERT OR UPDATE OR DELETE ON triggered FOR EACH ROW EXECUTE FUNCTION instead();
