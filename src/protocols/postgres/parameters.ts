import type { BindMessage } from './codec.ts'

/** Bind's values as a person can read them: text as it is, the binary formats of common types decoded, anything else as hex. */
export function decodeParameters(bind: BindMessage, oids: readonly number[]): readonly (string | null)[] {
  return bind.parameters.map((value, i) => {
    if (value === null) return null
    const format = bind.parameterFormats.length === 0 ? 0 : (bind.parameterFormats[i] ?? bind.parameterFormats[0])
    return format === 0 ? value.toString('utf8') : decodeBinary(value, oids[i] ?? 0)
  })
}

const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1)

function decodeBinary(value: Buffer, oid: number): string {
  switch (oid) {
    case 16: if (value.length === 1) return value[0] === 0 ? 'false' : 'true'; break
    case 20: if (value.length === 8) return value.readBigInt64BE().toString(); break
    case 21: if (value.length === 2) return value.readInt16BE().toString(); break
    case 23: if (value.length === 4) return value.readInt32BE().toString(); break
    case 26: if (value.length === 4) return value.readUInt32BE().toString(); break
    case 700: if (value.length === 4) return value.readFloatBE().toString(); break
    case 701: if (value.length === 8) return value.readDoubleBE().toString(); break
    case 18: case 19: case 25: case 114: case 142: case 705: case 1042: case 1043: return value.toString('utf8')
    case 3802: return value.subarray(1).toString('utf8')
    case 2950: if (value.length === 16) return value.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5'); break
    case 1082: if (value.length === 4) return instant(POSTGRES_EPOCH_MS + value.readInt32BE() * 86_400_000, 10); break
    case 1114: case 1184: if (value.length === 8) return instant(POSTGRES_EPOCH_MS + Number(value.readBigInt64BE() / 1000n), 24); break
  }
  return '\\x' + value.toString('hex')
}

function instant(ms: number, length: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? 'out of range' : date.toISOString().slice(0, length)
}
