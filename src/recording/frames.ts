import { MAX_LINE_BYTES, readChunks } from './files.ts'

// A recording (`.hpr`): the four bytes `HPR1`, then frames, all integers big-endian:
//   u32 length of what follows in this frame, u8 kind, u32 milliseconds since the session opened, payload
// An entry's payload is its journal line, byte for byte, so that a recording can be held against the chain.
// Input and output: u8 length of the command id, the id, the masked bytes.

export const MAGIC = Buffer.from('HPR1', 'latin1')
export const FRAME = { entry: 1, input: 2, output: 3 } as const

const HEAD_BYTES = 9
/** Larger taps become several frames, so that a reader never has to hold more than this of the bytes of a command. */
export const MAX_DATA_BYTES = 64 * 1024
/** No data frame is larger. */
export const MAX_DATA_FRAME_BYTES = 9 + 1 + 255 + MAX_DATA_BYTES

export type Frame =
  | { readonly kind: 'entry'; readonly at_ms: number; readonly offset: number; readonly line: Buffer }
  | { readonly kind: 'input' | 'output'; readonly at_ms: number; readonly offset: number; readonly command: string; readonly bytes: Buffer }
  /** The file ends in the middle of a frame, or holds what is not one. Always the last of a file. */
  | { readonly kind: 'damaged'; readonly offset: number; readonly why: string }

export function entryFrame(line: Uint8Array, atMs: number, allocate: Allocate = Buffer.allocUnsafe): Buffer {
  const frame = head(FRAME.entry, line.length, atMs, allocate)
  frame.set(line, HEAD_BYTES)
  return frame
}

/** Copies: the caller may reuse its buffer at once. `bytes` at most MAX_DATA_BYTES. The data is the frame's last `bytes.length` bytes. */
export function dataFrame(direction: 'input' | 'output', commandId: string, bytes: Uint8Array, atMs: number, allocate: Allocate): Buffer {
  const idBytes = Buffer.byteLength(commandId)
  if (idBytes > 255) throw new RangeError('a command id has at most 255 bytes')
  const frame = head(direction === 'input' ? FRAME.input : FRAME.output, 1 + idBytes + bytes.length, atMs, allocate)
  frame[HEAD_BYTES] = idBytes
  frame.write(commandId, HEAD_BYTES + 1)
  frame.set(bytes, HEAD_BYTES + 1 + idBytes)
  return frame
}

type Allocate = (size: number) => Buffer

function head(kind: number, payloadBytes: number, atMs: number, allocate: Allocate): Buffer {
  const frame = allocate(HEAD_BYTES + payloadBytes)
  writeUInt32(frame, 5 + payloadBytes, 0)
  frame[4] = kind
  writeUInt32(frame, Math.min(Math.max(0, Math.floor(atMs)), 0xffffffff), 5)
  return frame
}

function writeUInt32(frame: Buffer, value: number, at: number): void {
  frame[at] = value >>> 24
  frame[at + 1] = value >>> 16
  frame[at + 2] = value >>> 8
  frame[at + 3] = value
}

/** Streams the frames of a recording; memory is bounded by its largest frame. Throws what the file system throws. */
export async function* readFrames(path: string): AsyncGenerator<Frame> {
  let rest: Buffer[] = []
  let have = 0
  let offset = 0
  let wanted = MAGIC.length
  let started = false
  for await (const chunk of readChunks(path)) {
    rest.push(chunk)
    have += chunk.length
    if (have < wanted) continue
    const bytes = rest.length === 1 ? chunk : Buffer.concat(rest, have)
    let at = 0
    if (!started) {
      if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return yield { kind: 'damaged', offset: 0, why: 'it is not a recording' }
      started = true
      at = MAGIC.length
    }
    for (;;) {
      wanted = HEAD_BYTES
      if (bytes.length - at < HEAD_BYTES) break
      const length = bytes.readUInt32BE(at)
      if (length < 5 || length > MAX_LINE_BYTES) return yield { kind: 'damaged', offset: offset + at, why: 'a frame has an impossible length' }
      wanted = 4 + length
      if (bytes.length - at < wanted) break
      const frame = decode(bytes.subarray(at + 4, at + wanted), offset + at)
      yield frame
      if (frame.kind === 'damaged') return
      at += wanted
    }
    offset += at
    rest = at === bytes.length ? [] : [bytes.subarray(at)]
    have = bytes.length - at
  }
  if (have > 0 || !started) yield { kind: 'damaged', offset, why: 'the file ends in the middle of a frame' }
}

function decode(bytes: Buffer, offset: number): Frame {
  const at_ms = bytes.readUInt32BE(1)
  const kind = bytes[0]
  if (kind === FRAME.entry) return { kind: 'entry', at_ms, offset, line: bytes.subarray(5) }
  if (kind !== FRAME.input && kind !== FRAME.output) return { kind: 'damaged', offset, why: 'a frame has an unknown kind' }
  const idBytes = bytes[5]
  if (idBytes === undefined || bytes.length < 6 + idBytes) return { kind: 'damaged', offset, why: 'a frame is shorter than its command id' }
  return { kind: kind === FRAME.input ? 'input' : 'output', at_ms, offset, command: bytes.toString('utf8', 6, 6 + idBytes), bytes: bytes.subarray(6 + idBytes) }
}
