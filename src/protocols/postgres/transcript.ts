import type { TranscriptEvent } from '../../recording/entry.ts'
import { backend, BodyReader, Framer, HEADER, readErrorFields } from './codec.ts'
import { parseRowDescription } from './masking.ts'

const MAX_MESSAGE_BYTES = 64 << 20

/** Turns recorded (masked) bytes back into what a person can read. State is kept between calls: one transcriber per recording. */
export function createTranscriber(): (direction: 'input' | 'output', bytes: Uint8Array) => readonly TranscriptEvent[] {
  const framer = new Framer(MAX_MESSAGE_BYTES)
  return (direction, bytes) => {
    // Input is COPY data, recorded as masked text.
    if (direction === 'input') return [{ kind: 'data', text: Buffer.from(bytes).toString('utf8') }]
    framer.push(Buffer.from(bytes))
    const events: TranscriptEvent[] = []
    for (let message = framer.next(); message !== null; message = framer.next()) {
      const event = eventOf(message.type, message.bytes)
      if (event) events.push(event)
    }
    return events
  }
}

function eventOf(type: number, bytes: Buffer): TranscriptEvent | undefined {
  switch (type) {
    case backend.rowDescription: return { kind: 'columns', names: parseRowDescription(bytes).map((field) => field.name) }
    case backend.dataRow: return { kind: 'row', cells: cells(bytes) }
    case backend.error:
    case backend.notice: {
      const fields = readErrorFields(bytes)
      return { kind: type === backend.error ? 'error' : 'notice', code: fields.get('C') ?? '', text: fields.get('M') ?? '' }
    }
    case backend.commandComplete: return { kind: 'complete', tag: bytes.toString('utf8', HEADER, bytes.length - 1) }
    case backend.copyData: return { kind: 'data', text: printable(bytes.subarray(HEADER)) }
    default: return undefined
  }
}

function cells(bytes: Buffer): (string | null)[] {
  const body = new BodyReader(bytes)
  return Array.from({ length: body.int16() }, () => {
    const length = body.int32()
    return length < 0 ? null : printable(body.slice(length))
  })
}

/** Text as text; a binary value as hex. */
function printable(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return /[\0-\x08\x0e-\x1f\ufffd]/.test(text) ? '\\x' + bytes.toString('hex') : text
}
