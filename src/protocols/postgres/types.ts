/**
 * Type OIDs of PostgreSQL's catalogue (pg_type.dat) that masking must know. These are fixed for ever; types of
 * extensions have other OIDs in every database and count as unknown. RowDescription shows a domain as its base type.
 */
export const TYPE = {
  bool: 16,
  bytea: 17,
  name: 19,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  xml: 142,
  cidr: 650,
  float4: 700,
  float8: 701,
  unknown: 705,
  macaddr8: 774,
  money: 790,
  macaddr: 829,
  inet: 869,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  timetz: 1266,
  numeric: 1700,
  cstring: 2275,
  uuid: 2950,
  jsonb: 3802,
} as const

export type TypeFamily = 'text' | 'json' | 'jsonb' | 'scalar' | 'bytes' | 'other'

const FAMILY: ReadonlyMap<number, TypeFamily> = new Map<number, TypeFamily>([
  ...[TYPE.text, TYPE.varchar, TYPE.bpchar, TYPE.name, TYPE.unknown, TYPE.cstring].map((oid) => [oid, 'text'] as const),
  ...[TYPE.bool, TYPE.int2, TYPE.int4, TYPE.int8, TYPE.oid, TYPE.float4, TYPE.float8, TYPE.money, TYPE.numeric].map((oid) => [oid, 'scalar'] as const),
  ...[TYPE.date, TYPE.time, TYPE.timetz, TYPE.timestamp, TYPE.timestamptz, TYPE.interval, TYPE.uuid].map((oid) => [oid, 'scalar'] as const),
  [TYPE.json, 'json'],
  [TYPE.jsonb, 'jsonb'],
  [TYPE.bytea, 'bytes'],
])

/**
 * `text`: its binary form is its text, and any text is a value of it. `scalar`: a number, time, uuid or bool, in which
 * no detector has anything to find. `other`: arrays, composites, enums, extension types, whatever is not listed.
 */
export function typeFamily(oid: number): TypeFamily {
  return FAMILY.get(oid) ?? 'other'
}

/** Array types whose elements can be masked one by one: the element's type. All of them separate elements by a comma. */
export const ARRAY_ELEMENT: ReadonlyMap<number, number> = new Map<number, number>([
  [143, TYPE.xml], [199, TYPE.json], [651, TYPE.cidr], [775, TYPE.macaddr8], [1001, TYPE.bytea], [1003, TYPE.name], [1005, TYPE.int2], [1007, TYPE.int4],
  [1009, TYPE.text], [1014, TYPE.bpchar], [1015, TYPE.varchar], [1016, TYPE.int8], [1021, TYPE.float4], [1022, TYPE.float8], [1028, TYPE.oid],
  [1040, TYPE.macaddr], [1041, TYPE.inet], [1115, TYPE.timestamp], [1182, TYPE.date], [1183, TYPE.time], [1185, TYPE.timestamptz], [1231, TYPE.numeric],
  [1263, TYPE.cstring], [1270, TYPE.timetz], [2951, TYPE.uuid], [3807, TYPE.jsonb],
])
