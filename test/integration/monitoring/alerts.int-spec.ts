import { describe, expect, it } from '@jest/globals';
import type { AlertCase } from '../../prometheus/case.ts';
import { api } from '../../prometheus/cases/api.ts';
import { audit } from '../../prometheus/cases/audit.ts';
import { executions } from '../../prometheus/cases/executions.ts';
import { replicas } from '../../prometheus/cases/replicas.ts';
import { checkRules, judge } from '../../prometheus/judge.ts';
import { alerts } from '../../prometheus/rules.ts';

const promtool = process.env['WFE_TEST_PROMTOOL'] ?? 'promtool';
const cases: readonly AlertCase[] = [...replicas, ...executions, ...api, ...audit];

it('Prometheus finds nothing wrong with the rules', async () => {
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
