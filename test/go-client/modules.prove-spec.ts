import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runCommand } from '../cluster/command.ts';
import { findGo } from '../cluster/toolchain.ts';

// Compiling client-go and the linter, the first time on a machine.
jest.setTimeout(900_000);

const root = join(import.meta.dirname, '..', '..');
// With the flags of the binaries that are built, so that packages are compiled once.
const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: `${process.env['GOFLAGS'] ?? ''} -trimpath -buildvcs=false` };

let go: string;
let directory: string;

beforeAll(async () => {
  go = (await findGo()).command;
  directory = await mkdtemp(join(tmpdir(), 'workflow-execution-go-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Runs a tool in a module; returns what it printed, which is nothing if it found nothing. */
async function findings(module: string, command: string, ...args: string[]): Promise<string> {
  const { stdout, stderr, code } = await runCommand(command, args, { cwd: join(root, module), env });
  return code === 0 ? stdout : `exit code ${code}\n${stdout}${stderr}`;
}

const modules = ['clients/go', 'examples/remediation-orchestrator-go', 'test/go-client'];

describe.each(modules)('the Go module %s', (module) => {
  it('is formatted', async () => {
    expect(await findings(module, join(go, '..', 'gofmt'), '-l', '.')).toBe('');
  });

  it('requires exactly the modules that it uses', async () => {
    expect(await findings(module, go, 'mod', 'tidy', '-diff')).toBe('');
  });

  it('passes go vet and staticcheck', async () => {
    expect(await findings(module, go, 'vet', './...')).toBe('');
    const staticcheck = join(directory, 'staticcheck');
    expect(
      await findings('clients/go/tools', go, 'build', '-o', staticcheck, 'honnef.co/go/tools/cmd/staticcheck'),
    ).toBe('');
    expect(await findings(module, staticcheck, './...')).toBe('');
  });
});

it('the Go module clients/go passes its tests', async () => {
  expect(await findings('clients/go', go, 'test', '-vet=off', './...')).toMatch(/^ok /m);
});
