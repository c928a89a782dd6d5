import { type Detectors, PRIVATE_KEY_BEGIN, PRIVATE_KEY_END } from './detectors.ts'

/** How much text is kept back at most, so that a find cut by two chunks is still one. Longer finds are followed by state. */
export const OVERLAP_BYTES = 512
/** A private key block that does not end by then is no key; what follows is looked at again. */
const LONGEST_KEY_BLOCK_BYTES = 256 * 1024
const END_LINE_BYTES = 80

/** Detectors on a byte stream whose chunks may be cut anywhere. Memory is bounded: one chunk and OVERLAP_BYTES. */
export interface TextMasker {
  /** What may leave after this chunk; empty while everything might still be the beginning of a find. */
  write(chunk: Uint8Array): Buffer
  /**
   * Lets go of what is kept back, masked as far as it is known. For terminals, when nothing has come for a moment: a
   * prompt must appear. A find that goes on afterwards is then seen from its second half only.
   */
  flush(): Buffer
}

type State = 'text' | 'key block' | 'rest of a token'

export function createTextMasker(detectors: Detectors): TextMasker {
  let held: Buffer = EMPTY
  let state: State = 'text'
  let swallowed = 0

  const run = (bytes: Buffer, final: boolean): Buffer => {
    const out: Buffer[] = []
    let at = 0
    while (at < bytes.length) {
      if (state === 'key block') {
        const end = keyBlockEnd(bytes, at)
        swallowed += (end ?? bytes.length) - at
        if (end === undefined && swallowed < LONGEST_KEY_BLOCK_BYTES) {
          // Enough is kept for an END line cut in two, all else of the key is gone.
          held = final ? EMPTY : Buffer.from(bytes.subarray(Math.max(at, bytes.length - END_LINE_BYTES)))
          swallowed -= held.length
          return Buffer.concat(out)
        }
        state = 'text'
        at = end ?? bytes.length
        continue
      }
      if (state === 'rest of a token') {
        while (at < bytes.length && isTokenByte(bytes[at]!)) at++
        if (at < bytes.length) state = 'text'
        continue
      }
      at = text(bytes, at, final, out)
    }
    return Buffer.concat(out)
  }

  /** Returns where to go on; bytes.length once all is sent or held. */
  const text = (bytes: Buffer, start: number, final: boolean, out: Buffer[]): number => {
    let at = start
    let growing: number | undefined
    for (const span of detectors.find(bytes, start, bytes.length)) {
      const openKey = span.detector === 'private-key' && keyBlockEnd(bytes, span.start) === undefined
      const open = span.end === bytes.length && !final
      if (open && !openKey && span.end - span.start < OVERLAP_BYTES) {
        growing = span.start
        break
      }
      out.push(bytes.subarray(at, span.start), Buffer.from(span.label, 'utf8'))
      at = span.end
      if (openKey) {
        state = 'key block'
        swallowed = 0
        // The find went to the end of what we have; the state takes it from after its first line.
        return afterKeyBegin(bytes, span.start)
      }
      if (open) {
        state = 'rest of a token'
        return bytes.length
      }
    }
    const keep = final ? bytes.length : Math.max(at, Math.min(growing ?? bytes.length, tailStart(bytes)))
    out.push(bytes.subarray(at, keep))
    held = Buffer.from(bytes.subarray(keep))
    return bytes.length
  }

  const take = (chunk: Buffer, final: boolean): Buffer => {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    held = EMPTY
    return run(bytes, final)
  }

  return {
    write: (chunk) => take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength), false),
    flush: () => take(EMPTY, true),
  }
}

/** The same as a web stream, for whoever pipes. */
export function createTextMaskStream(detectors: Detectors): TransformStream<Uint8Array, Uint8Array> {
  const masker = createTextMasker(detectors)
  const send = (bytes: Buffer, controller: TransformStreamDefaultController<Uint8Array>): void => {
    if (bytes.length > 0) controller.enqueue(bytes)
  }
  return new TransformStream({
    transform: (chunk, controller) => send(masker.write(chunk), controller),
    flush: (controller) => send(masker.flush(), controller),
  })
}

const EMPTY: Buffer = Buffer.alloc(0)

/**
 * Where the tail begins that might become a find: no find reaches across a line's end (a key block's first line does not
 * either), so the tail is the unfinished line, no longer than the overlap.
 */
function tailStart(bytes: Buffer): number {
  const newline = Math.max(bytes.lastIndexOf(0x0a), bytes.lastIndexOf(0x0d))
  return Math.max(newline + 1, bytes.length - OVERLAP_BYTES)
}

function keyBlockEnd(bytes: Buffer, from: number): number | undefined {
  const text = bytes.toString('latin1', from)
  PRIVATE_KEY_END.lastIndex = 0
  return PRIVATE_KEY_END.test(text) ? from + PRIVATE_KEY_END.lastIndex : undefined
}

function afterKeyBegin(bytes: Buffer, from: number): number {
  PRIVATE_KEY_BEGIN.lastIndex = 0
  return PRIVATE_KEY_BEGIN.test(bytes.toString('latin1', from, from + END_LINE_BYTES)) ? from + PRIVATE_KEY_BEGIN.lastIndex : from
}

function isTokenByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x2d || byte === 0x5f || byte === 0x2e || byte === 0x2b || byte === 0x2f || byte === 0x3d
}
