import { HOLDS_0001 } from './0001-holds.ts'
import { CEILINGS_0002 } from './0002-ceilings.ts'

/** In order; `user_version` counts how many of them a file has seen. Never edited once released, only added to. */
export const MIGRATIONS: readonly string[] = [HOLDS_0001, CEILINGS_0002]
