import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { findGo } from '../cluster/toolchain.ts';
import { run } from '../integration/clients/tools.ts';

// Compiling, the first time on a machine.
jest.setTimeout(600_000);

const module = join(import.meta.dirname, '..', '..', 'clients', 'go');

it('the tests of the Go client pass', async () => {
  const { command } = await findGo();

  // With the flags of the local cluster's programs, whose compiled packages it uses.
  const args = ['test', '-trimpath', './client/...', './kubernaut/...'];
  const output = await run(command, args, { cwd: module, env: { CGO_ENABLED: '0' } });

  expect(output).toMatch(/^ok\b.*\/client\b/m);
  expect(output).toMatch(/^ok\b.*\/kubernaut\b/m);
});
