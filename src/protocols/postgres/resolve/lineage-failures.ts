import { constantText } from './lineage-functions.ts'
import { isNode, type Node, type Value } from './node-tree.ts'

// What gives an answer for every value. All else may be an error for some values and none for others, and then the error tells of
// the value: `1 / (ascii(ssn) - 52)` is one bit of it per question, though nothing is shown. So what goes into such an expression
// decides what the statement does.
//
// Errors of length are counted only where a text is made long on purpose (see `weight` in lineage-taint.ts). Dates and times at the
// ends of what can be stored are not: nobody gets there but by arithmetic, which may fail.

/** What of a call may fail by value. */
export interface Failing {
  /** Whether an argument, by its place from 0, may make it fail. */
  readonly byArgument: (index: number) => boolean
  /** Whether any may. */
  readonly mayFail: boolean
  /** Its result may be many times as long as what it was given. */
  readonly grows: boolean
}

const ALL: Failing = { byArgument: () => true, mayFail: true, grows: true }
const NONE: Failing = { byArgument: () => false, mayFail: false, grows: false }

/** `isPlain`: whether an argument is a stored column as it is. */
export function failingOf(functionOid: number, args: readonly Value[], isPlain: (argument: Value) => boolean): Failing {
  if (COMPARISONS.has(functionOid)) return NONE
  if (LIKES.has(functionOid)) return endsPlainly(args[1]) ? NONE : ALL
  if (LENGTHS.has(functionOid)) return isTrueConstant(args[2]) ? NONE : ALL
  if (SUMS.has(functionOid)) return args.every(isPlain) ? NONE : ALL
  if (OBJECTS.has(functionOid)) return KEYS
  if (functionOid === FORMAT) return isPlainFormat(args[0]) ? NONE : ALL
  return LISTED.get(functionOid) ?? ALL
}

/** Node types that make a value of what stands in them and fail by none of it. Names differ between majors. */
export const TOTAL_NODES: ReadonlySet<string> = new Set([
  'CONST', 'TARGETENTRY', 'RELABELTYPE', 'CONVERTROWTYPEEXPR', 'ROW', 'ROWEXPR', 'MINMAX', 'MINMAXEXPR', 'NULLTEST', 'BOOLEANTEST', 'COLLATE', 'COLLATEEXPR', 'JSONISPREDICATE',
  'SQLVALUEFUNCTION', 'CASETESTEXPR', 'SETTODEFAULT', 'RETURNINGEXPR', 'INFERENCEELEM', 'NAMEDARGEXPR', 'FIELDSTORE',
])

/** Node types that look at a later part by what an earlier one was: whether a part fails tells of those before it. */
export const STEPWISE_NODES: ReadonlySet<string> = new Set(['BOOLEXPR', 'COALESCE', 'COALESCEEXPR', 'ROWCOMPARE', 'ROWCOMPAREEXPR'])

/** First oid that no built-in object has. */
const FIRST_OWN = 16384

export function nodeMayFail(node: Node): boolean {
  const { type, fields } = node
  if (TOTAL_NODES.has(type)) return false
  // Arrays of arrays must be of one size.
  if (type === 'ARRAY' || type === 'ARRAYEXPR') return fields.get('multidims') !== 'false'
  // A place that an array does not have is NULL, except where something is put there.
  if (type === 'SUBSCRIPTINGREF') return isNode(fields.get('refassgnexpr'))
  if (type === 'COERCEVIAIO') return !TEXTS.has(String(fields.get('resulttype')))
  if (type === 'ARRAYCOERCEEXPR') {
    const each = fields.get('elemexpr')
    return !(isNode(each) && each.type === 'RELABELTYPE')
  }
  if (!STEPWISE_NODES.has(type)) return true
  const operators = fields.get('opnos')
  return Array.isArray(operators) && operators.some((oid) => Number(oid) >= FIRST_OWN)
}

/** Every value can be written as a text, name, char(n) or varchar. */
const TEXTS: ReadonlySet<string> = new Set(['25', '19', '1042', '1043'])

/**
 * Functions of the operators of btree families, and of their negators; they are the same in every major. Comparing never fails,
 * but for types without an order in a row, which is the statement's doing and not the value's.
 */
export const COMPARISONS: ReadonlySet<number> = new Set((
  '56 57 60-67 70 72-74 84 144-151 157-169 184 185 240-245 247-252 287-310 390-393 396 467-472 474-479 619 655-659 677-681 716 717 740-744 830-835 852-857 888-893 920-925 ' +
  '1048-1053 1086-1091 1102-1106 1145 1152-1157 1162-1167 1246 1265 1292 1352-1357 1581 1582 1592-1595 1638 1639 1666-1671 1691 1692 1718-1723 1850-1861 1948-1953 2052-2057 ' +
  '2160 2161 2163 2164 2174 2175 2177 2178 2338-2343 2351-2356 2364-2369 2377-2382 2520-2525 2527-2532 2790-2793 2954-2959 2981-2986 3181-3186 3231-3236 3508-3513 3616-3621 ' +
  '3662-3667 3855 3856 3871-3874 4038-4043 4113-4118 4244 4245 4274-4277 5034-5037 5084 5085'
).split(' ').flatMap((range) => {
  const [first = 0, last = first] = range.split('-').map(Number)
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}))

/** (I)LIKE and their negations: a pattern that ends in a backslash is an error only for what matches it so far. */
const LIKES: ReadonlySet<number> = new Set([850, 851, 858, 859, 1569, 1570, 1571, 1572, 1631, 1632, 1633, 1634])
/** bpchar(bpchar, int4, bool), varchar(varchar, int4, bool): an explicit cast cuts, another one refuses. */
const LENGTHS: ReadonlySet<number> = new Set([668, 669])
/** sum and avg of numeric, floats, money and intervals: stored values alone do not get near the ends of their types. */
const SUMS: ReadonlySet<number> = new Set([2103, 2104, 2105, 2106, 2110, 2111, 2112, 2113, 2114])

/** json_build_object, jsonb_build_object: a key must not be NULL. */
const OBJECTS: ReadonlySet<number> = new Set([3200, 3273])
const KEYS: Failing = { byArgument: (index) => index % 2 === 0, mayFail: true, grows: false }
/** format(text, ..) */
const FORMAT = 3539

/** Values as they are: no widths, which may be values too, and no names, which must not be NULL. */
function isPlainFormat(pattern: Value | undefined): boolean {
  return /^(?:[^%]|%%|%[sL])*$/.test(constantText(pattern) ?? '%')
}

/** `oid name`, then `!` and the arguments (from 1) by which it may fail, or `+` where its result may grow. */
export const TOTAL_FUNCTIONS = `
870 lower, 871 upper, 872 initcap, 1317 length, 1318 length, 2010 length, 1372 char_length, 1381 char_length, 1367 character_length, 1369 character_length,
720 octet_length, 1374 octet_length, 1375 octet_length, 1682 octet_length, 1810 bit_length, 1811 bit_length, 1812 bit_length,
1258 textcat, 2003 textanycat, 2004 anytextcat, 2011 byteacat, 3058 concat, 3059 concat_ws, 3060 left, 3061 right, 3062 reverse,
884 btrim, 885 btrim, 2015 btrim, 875 ltrim, 881 ltrim, 876 rtrim, 882 rtrim, 2311 md5, 2321 md5, 3419 sha224, 3420 sha256, 3421 sha384, 3422 sha512,
877 substr !3, 883 substr, 2085 substr !3, 2086 substr, 936 substring !3, 937 substring, 2012 substring !3, 2013 substring, 2073 substring !2,
868 strpos, 849 position, 2014 position, 3696 starts_with, 2088 split_part !3, 2087 replace !2 !3 +, 878 translate, 1620 ascii, 1946 encode !2,
1282 quote_ident, 1283 quote_literal, 1285 quote_literal, 1289 quote_nullable, 1290 quote_nullable, 2089 to_hex, 2090 to_hex, 400 hashtext,
873 lpad !2 +, 879 lpad !2 +, 874 rpad !2 +, 880 rpad !2 +,
1254 textregexeq !2, 1256 textregexne !2, 1238 texticregexeq !2, 1239 texticregexne !2, 3396 regexp_match !2, 3397 regexp_match !2 !3,
2284 regexp_replace !2 !3 +, 2285 regexp_replace !2 !3 !4 +,
376 string_to_array, 394 string_to_array, 384 array_to_string, 395 array_to_string, 3179 cardinality, 2176 array_length, 2091 array_lower, 2092 array_upper, 748 array_ndims,
2747 arrayoverlap, 2748 arraycontains, 2749 arraycontained, 2331 unnest,
401 text, 406 text, 946 text, 2971 text, 2922 text, 730 text, 407 name, 409 name, 1400 name, 408 bpchar, 860 bpchar, 1401 varchar,
481 int8, 754 int8, 1288 int8, 313 int4, 77 int4, 2558 int4, 2557 bool, 235 float8, 311 float8, 316 float8, 482 float8, 1740 numeric, 1781 numeric, 1782 numeric, 1742 numeric, 1743 numeric,
1178 date, 2029 date, 2024 timestamp, 2027 timestamp, 1174 timestamptz, 2028 timestamptz, 1316 time, 2019 time, 1419 time, 2046 time,
1394 abs, 1395 abs, 1705 abs, 1711 ceil, 2308 ceil, 2167 ceiling, 2320 ceiling, 1712 floor, 2309 floor, 1342 round, 1707 round, 1708 round, 1343 trunc, 1709 trunc, 1710 trunc, 1706 sign, 2310 sign,
1373 isfinite, 1389 isfinite, 1390 isfinite, 2048 isfinite, 1768 to_char !2, 1770 to_char !2, 2049 to_char !2,
1171 date_part !1, 1172 date_part !1, 1273 date_part !1, 1384 date_part !1, 1385 date_part !1, 2021 date_part !1,
6199 extract !1, 6200 extract !1, 6201 extract !1, 6202 extract !1, 6203 extract !1, 6204 extract !1, 1217 date_trunc !1, 1218 date_trunc !1, 2020 date_trunc !1, 1284 date_trunc !1 !3,
3478 jsonb_object_field, 3214 jsonb_object_field_text, 3215 jsonb_array_element, 3216 jsonb_array_element_text, 3217 jsonb_extract_path, 3940 jsonb_extract_path_text,
4046 jsonb_contains, 4050 jsonb_contained, 4047 jsonb_exists, 4048 jsonb_exists_any, 4049 jsonb_exists_all, 3210 jsonb_typeof, 3176 to_json, 3787 to_jsonb, 3155 row_to_json, 3156 row_to_json,
2147 count, 2803 count, 2517 bool_and, 2518 bool_or, 2519 every, 3538 string_agg +, 3545 string_agg +, 2335 array_agg +, 3175 json_agg +, 3267 jsonb_agg +,
2107 sum, 2108 sum, 2109 sum, 2100 avg, 2101 avg, 2102 avg, 2050 max, 2115 max, 2116 max, 2117 max, 2118 max, 2119 max, 2120 max, 2122 max, 2123 max, 2124 max, 2125 max, 2126 max, 2127 max,
2128 max, 2129 max, 2130 max, 2244 max, 2797 max, 3526 max, 3564 max, 4189 max, 2051 min, 2131 min, 2132 min, 2133 min, 2134 min, 2135 min, 2136 min, 2138 min, 2139 min, 2140 min, 2141 min, 2142 min,
2143 min, 2144 min, 2145 min, 2146 min, 2245 min, 2798 min, 3527 min, 3565 min, 4190 min,
3100 row_number, 3101 rank, 3102 dense_rank, 3103 percent_rank, 3104 cume_dist, 3106 lag, 3107 lag, 3108 lag, 3109 lead, 3110 lead, 3111 lead, 3112 first_value, 3113 last_value, 3114 nth_value !2, 3972 percentile_disc, 3984 mode,
1299 now, 1598 random, 438 num_nulls, 440 num_nonnulls, 1619 pg_typeof, 745 current_user, 861 current_database`

const LISTED: ReadonlyMap<number, Failing> = new Map(TOTAL_FUNCTIONS.trim().split(/,\s*/).map((line) => {
  const [oid, , ...marks] = line.split(' ')
  const failing = new Set(marks.filter((mark) => mark.startsWith('!')).map((mark) => Number(mark.slice(1)) - 1))
  return [Number(oid), { byArgument: (index: number) => failing.has(index), mayFail: failing.size > 0, grows: marks.includes('+') }]
}))

/** A constant pattern that does not end in the escape character. */
function endsPlainly(pattern: Value | undefined): boolean {
  const last = lastByte(pattern)
  return last !== null && last !== BACKSLASH
}

const BACKSLASH = 92

function isTrueConstant(node: Value | undefined): boolean {
  return isNode(node) && node.type === 'CONST' && String(node.fields.get('constvalue')).startsWith('1 [ 1 ')
}

/** Last byte of a constant's datum, `length [ bytes ]`. */
function lastByte(node: Value | undefined): number | null {
  const constant = isNode(node) && node.type === 'RELABELTYPE' ? node.fields.get('arg') : node
  if (!isNode(constant) || constant.type !== 'CONST') return null
  const bytes = /(-?\d+) \]$/.exec(String(constant.fields.get('constvalue')))
  return bytes === null ? null : Number(bytes[1])
}
