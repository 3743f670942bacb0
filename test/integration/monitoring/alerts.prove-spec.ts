import { beforeAll, describe, expect, it } from '@jest/globals';
import { findCache } from '../../cluster/cache.ts';
import { streamProgress } from '../../cluster/progress.ts';
import type { AlertCase } from '../../prometheus/case.ts';
import { api } from '../../prometheus/cases/api.ts';
import { audit } from '../../prometheus/cases/audit.ts';
import { executions } from '../../prometheus/cases/executions.ts';
import { replicas } from '../../prometheus/cases/replicas.ts';
import { checkRules, judge } from '../../prometheus/judge.ts';
import { ensurePromtool } from '../../prometheus/promtool.ts';
import { alerts } from '../../prometheus/rules.ts';

/** Time to build promtool on a machine that does not have it yet, in milliseconds. */
const buildMs = 15 * 60_000;
const cases: readonly AlertCase[] = [...replicas, ...executions, ...api, ...audit];
let promtool: string;

beforeAll(async () => {
  promtool = await ensurePromtool(findCache(), streamProgress(process.stderr));
}, buildMs);

it('promtool accepts the rules', async () => {
  await expect(checkRules(promtool)).resolves.toBe('');
});

describe.each(alerts)('$name', ({ name }) => {
  // Jest refuses an empty list: each alert has a case of either kind.
  const own = cases.filter(({ alert }) => alert === name);

  it.each(own.filter(({ fires }) => fires.length > 0))('fires when $when', async (alertCase) => {
    await expect(judge(promtool, alertCase)).resolves.toBe('');
  });

  it.each(own.filter(({ fires }) => fires.length === 0))('does not fire when $when', async (alertCase) => {
    await expect(judge(promtool, alertCase)).resolves.toBe('');
  });
});
