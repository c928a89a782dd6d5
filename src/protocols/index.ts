export { createPostgresAdapter, onceForPrint, type PostgresAdapter, type PostgresOptions } from './postgres/adapter.ts'
