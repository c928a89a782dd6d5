export { createPostgresAdapter, type PostgresAdapter } from './postgres/adapter.ts'
