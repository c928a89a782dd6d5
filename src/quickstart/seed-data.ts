// Believable and harmless rows, the same on every machine. E-mail domains are the reserved ones of RFC 2606, telephone
// numbers come from the ranges regulators set aside for fiction (Ofcom, NANPA 555-01xx, BNetzA), card numbers are in the
// payment networks' test ranges. IBANs carry right check digits over accounts of banks that do not exist.

export interface Customer {
  readonly id: number
  readonly fullName: string
  readonly email: string
  readonly phone: string
  readonly iban: string
  readonly cardNumber: string
  readonly note: string | null
}

export interface Invoice {
  readonly id: number
  readonly customerId: number
  /** In cents: the sum over its lines. */
  readonly totalCents: number
  readonly status: 'paid' | 'open' | 'overdue' | 'void' | 'draft'
  readonly issuedOn: string
}

export interface InvoiceLine {
  readonly invoiceId: number
  readonly sku: string
  readonly quantity: number
  readonly priceCents: number
}

export interface AccessGrant {
  readonly subject: string
  readonly system: string
  readonly role: string
  readonly elevated: boolean
  readonly expiresOn: string | null
}

export const CUSTOMERS = 2_000
export const INVOICES = 6_012
/** Left in the spring; nobody took the grants back. Eleven of them, in four systems, one elevated. */
export const DEPARTED_CONTRACTOR = 'jonas.weller@contractors.example'

const GIVEN = [
  'Amelia', 'Noah', 'Priya', 'Lukas', 'Chloe', 'Mateo', 'Ingrid', 'Yusuf', 'Hannah', 'Diego', 'Freya', 'Kenji', 'Laila', 'Oscar', 'Sofia', 'Tomasz',
  'Nadia', 'Ethan', 'Marta', 'Felix', 'Aisha', 'Bruno', 'Elif', 'Henrik', 'Julia', 'Kofi', 'Lena', 'Marco', 'Nina', 'Pavel', 'Rosa', 'Samuel',
]
const FAMILY = [
  'Okafor', 'Bennett', 'Sharma', 'Keller', 'Dubois', 'Herrera', 'Lindqvist', 'Demir', 'Fischer', 'Moreno', 'Hansen', 'Tanaka', 'Haddad', 'Nowak', 'Rossi',
  'Zielinski', 'Petrova', 'Walker', 'Silva', 'Brandt', 'Khan', 'Costa', 'Yilmaz', 'Berg', 'Novak', 'Mensah', 'Vogel', 'Greco', 'Larsen', 'Horak', 'Vidal', 'Price',
]
const DOMAINS = ['example.com', 'example.org', 'example.net', 'mail.example.com', 'post.example.org']
const PRODUCTS = [
  ['SUB-TEAM-M', 4900], ['SUB-TEAM-Y', 52900], ['SUB-SOLO-M', 1200], ['SEAT-ADD', 1500], ['SUPPORT-PLUS', 9900], ['STORAGE-100G', 800], ['STORAGE-1T', 6400],
  ['ONBOARDING', 45000], ['TRAINING-DAY', 120000], ['API-PACK-S', 2500], ['API-PACK-L', 19900], ['SSO-ADDON', 7900],
] as const
const SYSTEMS = ['billing', 'warehouse', 'crm', 'support-desk', 'deploy', 'analytics'] as const
const ROLES = ['viewer', 'editor', 'operator', 'approver', 'exporter'] as const

export function makeCustomers(): Customer[] {
  const random = generator(0x0c05)
  return range(CUSTOMERS).map((id) => {
    const given = pick(random, GIVEN)
    const family = pick(random, FAMILY)
    const email = `${given}.${family}${id}@${pick(random, DOMAINS)}`.toLowerCase()
    const phone = makePhone(random)
    return { id, fullName: `${given} ${family}`, email, phone, iban: makeIban(random), cardNumber: makeCard(random), note: makeNote(random, given, email, phone) }
  })
}

/** Oldest first, so that `id < 500` is what a retention job would ask for: 499 invoices with 1,204 lines. */
export function makeInvoices(): { readonly invoices: Invoice[]; readonly lines: InvoiceLine[] } {
  const random = generator(0x1a70)
  const lines: InvoiceLine[] = []
  const first = Date.UTC(2023, 0, 2)
  const days = Math.round((Date.UTC(2026, 9, 30) - first) / 86_400_000)
  let shifted = 0
  const invoices = range(INVOICES).map((id): Invoice => {
    const share = Math.floor((id * 1_204) / 499) - Math.floor(((id - 1) * 1_204) / 499)
    // Between two neighbours a line may change sides: one-line invoices exist, and the sum over any even count stays.
    if (id % 2 === 1) shifted = random() < 0.4 ? 1 : 0
    const count = id === 499 ? share : id % 2 === 1 ? share - shifted : share + (id === 500 ? 0 : shifted)
    let totalCents = 0
    for (let line = 0; line < count; line++) {
      const [sku, priceCents] = pick(random, PRODUCTS)
      const quantity = random() < 0.7 ? 1 : 2 + Math.floor(random() * 9)
      lines.push({ invoiceId: id, sku, quantity, priceCents })
      totalCents += quantity * priceCents
    }
    const age = 1 - id / INVOICES
    return { id, customerId: 1 + Math.floor(random() * CUSTOMERS), totalCents, status: makeStatus(random(), age), issuedOn: day(first + Math.floor((1 - age) * days) * 86_400_000) }
  })
  return { invoices, lines }
}

export function makeAccessGrants(): AccessGrant[] {
  const random = generator(0xacce)
  const grants: AccessGrant[] = []
  for (let person = 0; person < 34; person++) {
    const subject = `${GIVEN[person % GIVEN.length]}.${FAMILY[(person * 7 + 3) % FAMILY.length]}@staff.example`.toLowerCase()
    for (const system of SYSTEMS) {
      if (random() > 0.45) continue
      const elevated = random() < 0.06
      grants.push({ subject, system, role: elevated ? 'admin' : pick(random, ROLES), elevated, expiresOn: random() < 0.5 ? null : day(Date.UTC(2027, Math.floor(random() * 12), 1)) })
    }
  }
  const left: readonly (readonly [string, string])[] = [
    ['billing', 'viewer'], ['billing', 'editor'], ['billing', 'exporter'], ['warehouse', 'viewer'], ['warehouse', 'operator'], ['warehouse', 'exporter'],
    ['crm', 'viewer'], ['crm', 'editor'], ['deploy', 'viewer'], ['deploy', 'operator'], ['deploy', 'admin'],
  ]
  left.forEach(([system, role], at) => {
    grants.splice(9 + at * 5, 0, { subject: DEPARTED_CONTRACTOR, system, role, elevated: role === 'admin', expiresOn: role === 'admin' ? null : '2027-06-30' })
  })
  return grants
}

function makeStatus(luck: number, age: number): Invoice['status'] {
  if (luck < 0.04) return 'void'
  if (age > 0.08) return luck > 0.985 ? 'overdue' : 'paid'
  if (luck < 0.1) return 'draft'
  return luck < 0.5 ? 'open' : luck < 0.6 ? 'overdue' : 'paid'
}

function makePhone(random: Random): string {
  const kind = random()
  if (kind < 0.4) return `+44 7700 900${digits(random, 3)}`
  if (kind < 0.7) return `+1 ${pick(random, ['202', '312', '415', '617'])} 555 01${digits(random, 2)}`
  return `+49 30 23125 ${digits(random, 3)}`
}

function makeIban(random: Random): string {
  const [country, account] = pick(random, [
    ['DE', () => `999${digits(random, 15)}`], ['NL', () => `HOLD0${digits(random, 9)}`], ['GB', () => `HOLD99${digits(random, 12)}`], ['AT', () => `999${digits(random, 13)}`],
  ] as const)
  const body = account()
  return `${country}${ibanCheckDigits(country, body)}${body}`
}

/** ISO 13616: 98 minus the remainder by 97 of account, country and 00, with letters as 10 to 35. */
function ibanCheckDigits(country: string, body: string): string {
  const number = [...`${body}${country}00`].map((character) => Number.parseInt(character, 36)).join('')
  return String(98n - (BigInt(number) % 97n)).padStart(2, '0')
}

function makeCard(random: Random): string {
  const body = `${pick(random, ['424242', '400005', '555555', '222300'])}${digits(random, 9)}`
  return `${body}${luhnDigit(body)}`
}

/** ISO/IEC 7812-1 annex B. */
function luhnDigit(body: string): number {
  const sum = [...body].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return (10 - (sum % 10)) % 10
}

function makeNote(random: Random, given: string, email: string, phone: string): string | null {
  const luck = random()
  if (luck < 0.55) return null
  if (luck < 0.62) return `Prefers to be called: ${phone}`
  if (luck < 0.69) return `${given} asked to send copies to accounts+${email}`
  if (luck < 0.72) return `Moved office, new number ${phone}, old mail ${email} still works`
  return pick(random, [
    'Pays by bank transfer at the end of the month', 'Wants purchase order number on every invoice', 'Discount of 10 % agreed until summer',
    'Invoices go to the holding, not the branch', 'Asked twice about the export function', 'Tax exempt, certificate on file',
  ])
}

type Random = () => number

/** mulberry32: small, fast and the same everywhere. Not for secrets. */
function generator(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T
}

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => Math.floor(random() * 10)).join('')
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1)
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
