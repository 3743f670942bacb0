import { beforeAll, describe, expect, it } from '@jest/globals';
import { findCache } from '../cluster/cache.ts';
import { silent } from '../cluster/index.ts';
import type { AlertCase } from './case.ts';
import { api } from './cases/api.ts';
import { audit } from './cases/audit.ts';
import { executions } from './cases/executions.ts';
import { replicas } from './cases/replicas.ts';
import { alerts } from './rules.ts';
import { checkRules, ensurePromtool, testAlert } from './promtool.ts';

/** Timeout for building promtool on two busy cores, once per machine. */
const buildMs = 900_000;
const cases: readonly AlertCase[] = [...replicas, ...executions, ...api, ...audit];
let promtool: string;

beforeAll(async () => {
  promtool = await ensurePromtool(findCache(), silent);
}, buildMs);

it('promtool accepts the rules', async () => {
  await expect(checkRules(promtool)).resolves.toBe('');
});

describe.each(alerts)('$name', ({ name }) => {
  // Jest refuses an empty list, so each alert has cases of both kinds.
  const own = cases.filter(({ alert }) => alert === name);

  it.each(own.filter(({ fires }) => fires.length > 0))('fires when $when', async (alertCase) => {
    await expect(testAlert(promtool, alertCase)).resolves.toBe('');
  });

  it.each(own.filter(({ fires }) => fires.length === 0))('does not fire when $when', async (alertCase) => {
    await expect(testAlert(promtool, alertCase)).resolves.toBe('');
  });
});
