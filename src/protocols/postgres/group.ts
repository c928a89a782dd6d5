import type { Refusal } from '../../enforcement/refusal.ts'
import { frontend, readBind, readExecute } from './codec.ts'
import type { Portal, Prepared, Step } from './exchange.ts'

// Messages of the extended protocol that travel together, as one exchange under one verdict.

/** Messages of one exchange. */
const MAX_GROUP = 64

export interface Group {
  readonly messages: Buffer[]
  readonly steps: Step[]
  parse: { readonly name: string; readonly prepared: Prepared } | undefined
  bind: Portal | undefined
  bindName: string | undefined
  execute: Portal | undefined
  refusal: Refusal | undefined
  bytes: number
}

export const newGroup = (): Group => ({ messages: [], steps: [], parse: undefined, bind: undefined, bindName: undefined, execute: undefined, refusal: undefined, bytes: 0 })

/**
 * A group has at most one Parse, one Bind (of that Parse, if there is one) and one Execute (of that Bind), which comes
 * last: one exchange is one statement, so nothing travels under a verdict, or an approval, that was about another one.
 */
export function endsGroup(group: Group, type: number, bytes: Buffer, maxBytes: number): boolean {
  if (group.bytes + bytes.length > maxBytes || group.messages.length >= MAX_GROUP) return true
  if (group.execute) return true
  if (type === frontend.parse) return group.parse !== undefined || group.bind !== undefined
  if (type === frontend.bind) return group.bind !== undefined || (group.parse !== undefined && readBind(bytes).statement !== group.parse.name)
  if (type === frontend.execute) return group.bind !== undefined ? readExecute(bytes).portal !== group.bindName : group.parse !== undefined
  return false
}

/** Describe of a portal, as we add it before an Execute whose columns are not known. */
export function describePortal(name: string): Buffer {
  const length = Buffer.byteLength(name)
  const bytes = Buffer.alloc(7 + length)
  bytes[0] = frontend.describe
  bytes.writeInt32BE(6 + length, 1)
  bytes[5] = 0x50
  bytes.write(name, 6)
  return bytes
}
