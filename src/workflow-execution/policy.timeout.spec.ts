import { describe, expect, it } from '@jest/globals';
import { aPolicy } from './policy.builders.ts';
import { violationsOf } from './policy.ts';
import { aSpec } from './workflow-execution.builders.ts';

describe('the longest timeout', () => {
  const policy = aPolicy({ maxTimeoutMs: 86_400_000 });

  it.each(['24h', '1440m', '1s', undefined])('lets %s run', (timeout) => {
    expect(violationsOf(aSpec({ executionConfig: { timeout } }), 'payment', policy)).toEqual([]);
  });

  it('keeps a longer one from running, and says what is allowed', () => {
    expect(violationsOf(aSpec({ executionConfig: { timeout: '24h1ns' } }), 'payment', policy)).toEqual([
      {
        path: ['spec', 'executionConfig', 'timeout'],
        rule: 'WFE_MAX_TIMEOUT',
        message: 'must be at most 24h, which WFE_MAX_TIMEOUT sets, and it is 24h1ns',
      },
    ]);
  });
});
