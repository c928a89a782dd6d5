// Drizzle as an application uses it, with its migrations; prints what it saw.
import { readFileSync } from 'node:fs'
import { desc, eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import { integer, jsonb, pgTable, serial, text } from 'drizzle-orm/pg-core'
import pg from 'pg'

const { PGSSLROOTCERT, MIGRATIONS } = process.env
const pool = new pg.Pool({ ssl: { ca: readFileSync(PGSSLROOTCERT) }, max: 3 })
const db = drizzle(pool)
await migrate(db, { migrationsFolder: MIGRATIONS })
await migrate(db, { migrationsFolder: MIGRATIONS })
const users = pgTable('users', { id: serial().primaryKey(), name: text().notNull(), meta: jsonb(), age: integer() })
await db.insert(users).values([{ name: 'a', meta: { x: 1 } }, { name: 'b' }])
console.log(JSON.stringify(await db.insert(users).values({ name: 'c' }).returning()))
await db.transaction(async (tx) => {
  await tx.update(users).set({ age: 9 }).where(eq(users.name, 'a'))
  await tx.delete(users).where(eq(users.name, 'b'))
})
await db.transaction(async (tx) => {
  await tx.update(users).set({ age: 10 })
  tx.rollback()
}).catch((error) => console.log('rolled back', error.name))
console.log(JSON.stringify(await db.select().from(users).orderBy(desc(users.id))))
console.log(JSON.stringify(await db.select({ n: sql`count(*)::int` }).from(users)))
console.log(JSON.stringify(await db.execute(sql`SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id`).then(({ rows }) => rows)))
await pool.end()
