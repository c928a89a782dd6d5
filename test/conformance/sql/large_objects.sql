-- Large objects, by SQL and by psql's own commands (which use the functions in SQL of libpq only where it can).
SELECT lo_create(424242);
SELECT lo_from_bytea(424243, '\x00010203');
SELECT lo_put(424243, 2, '\xffff'), lo_get(424243), lo_get(424243, 1, 2);
BEGIN;
SELECT lo_open(424242, x'60000'::int);
SELECT lowrite(0, 'hello'), lo_lseek(0, 0, 0), loread(0, 3), lo_tell(0), lo_truncate(0, 2), lo_lseek64(0, 0, 2);
SELECT lo_close(0);
COMMIT;
SELECT lo_get(424242);
SELECT loid, pageno, data FROM pg_largeobject ORDER BY loid;
COMMENT ON LARGE OBJECT 424242 IS 'a comment'; ALTER LARGE OBJECT 424242 OWNER TO CURRENT_USER; GRANT SELECT ON LARGE OBJECT 424242 TO PUBLIC;
SELECT lo_unlink(424242), lo_unlink(424243);
SELECT lo_get(424242);
SELECT lo_open(1, 262144);
