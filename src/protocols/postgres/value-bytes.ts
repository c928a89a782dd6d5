import { TYPE } from './types.ts'

// Types that are a few bytes: read from both formats, and pseudonyms of their kind made from the bytes of a digest.

const HEX = /^(?:[0-9a-f]{2})*$/i

/** A bytea's bytes. Text comes as `\x…`, or, where bytea_output says so, with octal escapes. Undefined: neither. */
export function readBytea(bytes: Buffer, start: number, end: number, binary: boolean): Buffer | undefined {
  if (binary) return bytes.subarray(start, end)
  const text = bytes.toString('latin1', start, end)
  if (text.startsWith('\\x')) return HEX.test(text.slice(2)) ? Buffer.from(text.slice(2), 'hex') : undefined
  if (!/^(?:[^\\]|\\\\|\\[0-3][0-7]{2})*$/.test(text)) return undefined
  return Buffer.from(text.replace(/\\(\\|\d{3})/g, (_, escaped: string) => (escaped === '\\' ? '\\' : String.fromCharCode(Number.parseInt(escaped, 8)))), 'latin1')
}

export function writeBytea(value: Uint8Array, binary: boolean): Buffer {
  return binary ? Buffer.from(value) : Buffer.from(`\\x${Buffer.from(value).toString('hex')}`, 'latin1')
}

/** 32 lower-case hex digits. */
export function readUuid(bytes: Buffer, start: number, end: number, binary: boolean): string | undefined {
  if (binary) return end - start === 16 ? bytes.toString('hex', start, end) : undefined
  const hex = bytes.toString('latin1', start, end).replaceAll('-', '').toLowerCase()
  return hex.length === 32 && HEX.test(hex) ? hex : undefined
}

/** A UUID (RFC 9562) of the version named: 4 is what looks random, 8 what somebody made up. */
export function writeUuid(digest: Buffer, version: 4 | 8, binary: boolean): Buffer {
  const value = Buffer.from(digest.subarray(0, 16))
  value[6] = (value[6]! & 0x0f) | (version << 4)
  value[8] = (value[8]! & 0x3f) | 0x80
  return binary ? value : Buffer.from(value.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), 'latin1')
}

/** One spelling of an address: the text Postgres writes, or what stands for it in the binary format. */
export function readAddress(type: number, bytes: Buffer, start: number, end: number, binary: boolean): string | undefined {
  if (type === TYPE.macaddr || type === TYPE.macaddr8) {
    if (binary) return end - start === (type === TYPE.macaddr ? 6 : 8) ? bytes.toString('hex', start, end) : undefined
    const hex = bytes.toString('latin1', start, end).replaceAll(':', '').toLowerCase()
    return hex.length === (type === TYPE.macaddr ? 12 : 16) && HEX.test(hex) ? hex : undefined
  }
  if (!binary) return fromText(bytes.toString('latin1', start, end))
  // family (2 or 3), bits of the prefix, is_cidr, length, address
  const length = end - start - 4
  if ((length !== 4 && length !== 16) || bytes[start + 3] !== length || bytes[start] !== (length === 4 ? 2 : 3)) return undefined
  return `${bytes.toString('hex', start + 4, end)}/${bytes[start + 1]}`
}

function fromText(text: string): string | undefined {
  const [address = '', prefix] = text.split('/')
  const value = address.includes(':') ? version6(address) : version4(address)
  return value === undefined || (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) ? undefined : `${value}/${prefix ?? value.length * 4}`
}

function version4(text: string): string | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined
  return Buffer.from(parts.map(Number)).toString('hex')
}

function version6(text: string): string | undefined {
  const lastColon = text.lastIndexOf(':')
  const tail = text.slice(lastColon + 1)
  const embedded = tail.includes('.') ? version4(tail) : undefined
  if (tail.includes('.') && embedded === undefined) return undefined
  const plain = embedded === undefined ? text : `${text.slice(0, lastColon + 1)}${embedded.slice(0, 4)}:${embedded.slice(4)}`
  const halves = plain.split('::')
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const count = groups.reduce((sum, half) => sum + half.length, 0)
  if (halves.length > 2 || (halves.length === 1 ? count !== 8 : count > 7) || !groups.flat().every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return [...(groups[0] ?? []), ...Array.from({ length: 8 - count }, () => '0'), ...(groups[1] ?? [])].map((group) => group.padStart(4, '0').toLowerCase()).join('')
}

/** Addresses nobody can own: unique local ones (RFC 4193) for both versions of IP, locally administered ones for MACs. */
export function writeAddress(type: number, digest: Buffer, binary: boolean): Buffer {
  if (type === TYPE.macaddr || type === TYPE.macaddr8) {
    const value = Buffer.from(digest.subarray(0, type === TYPE.macaddr ? 6 : 8))
    value[0] = (value[0]! & 0xfc) | 0x02
    return binary ? value : Buffer.from(value.toString('hex').replace(/(..)(?=.)/g, '$1:'), 'latin1')
  }
  const value = Buffer.from(digest.subarray(0, 16))
  value[0] = 0xfd
  if (binary) return Buffer.concat([Buffer.from([3, 128, type === TYPE.cidr ? 1 : 0, 16]), value])
  return Buffer.from(value.toString('hex').replace(/(.{4})(?=.)/g, '$1:') + (type === TYPE.cidr ? '/128' : ''), 'latin1')
}
