// Rewriting of a chunk in which some pieces change: one buffer, written from the front.

/** A buffer that is written from the front and grows. */
export interface Room {
  bytes: Buffer
  used: number
}

/** What replacements may add to a chunk before its room has to grow. */
const GROWTH_BYTES = 4096

/** Not from the pool: it leaves with its bytes, and may be freed then. */
export function roomFor(chunk: Buffer): Room {
  return { bytes: Buffer.allocUnsafeSlow(chunk.length + GROWTH_BYTES), used: 0 }
}

export function makeRoom(room: Room, count: number): void {
  if (room.used + count <= room.bytes.length) return
  const larger = Buffer.allocUnsafeSlow(2 * room.bytes.length + count)
  room.bytes.copy(larger, 0, 0, room.used)
  room.bytes = larger
}

/** Most pieces are short, and a call out of JavaScript costs as much as copying fifty bytes in it. */
export function put(room: Room, from: Buffer, start: number, end: number): void {
  const { bytes } = room
  let at = room.used
  if (end - start > 48) at += from.copy(bytes, at, start, end)
  else for (let i = start; i < end; i++) bytes[at++] = from[i]!
  room.used = at
}

export function writeInt32(bytes: Buffer, value: number, at: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}
