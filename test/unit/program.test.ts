import { afterEach, describe, expect, it, vi } from 'vitest'
import { run } from '../../src/program.ts'

describe('the command line', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })

  it.each(['abc', '-1', '70000', '1.5', ''])('refuses the port %j as wrong usage, and starts nothing', async (port) => {
    const complained = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
    expect(await run(['node', 'holdpoint', 'demo', '--postgres-port', port])).toBe(2)
    expect(complained.mock.calls.flat().join('')).toContain('a port is a number from 0 to 65535')
  })

  it('tells in one sentence that there is no quickstart for the agent to talk to', async () => {
    vi.stubEnv('HOLDPOINT_STATE', '/nonexistent/quickstart.json')
    const complained = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
    expect(await run(['node', 'holdpoint', 'agent'])).toBe(1)
    expect(complained.mock.calls.flat().join('')).toBe('No quickstart is running here; start one in another terminal with `npm start`.\n')
  })
})
