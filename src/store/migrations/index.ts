import { HOLDS_0001 } from './0001-holds.ts'

/** In order; `user_version` counts how many of them a file has seen. Never edited once released, only added to. */
export const MIGRATIONS: readonly string[] = [HOLDS_0001]
