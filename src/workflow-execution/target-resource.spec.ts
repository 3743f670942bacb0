import { describe, expect, it } from '@jest/globals';
import { parseTargetResource } from './target-resource.ts';

describe('a target resource', () => {
  it.each([
    ['payment/deployment/payment-api', { namespace: 'payment', kind: 'deployment', name: 'payment-api' }],
    ['node/worker-1', { kind: 'node', name: 'worker-1' }],
    ['clusterrole/system:node', { kind: 'clusterrole', name: 'system:node' }],
  ])('reads %s', (text, expected) => {
    expect(parseTargetResource(text)).toEqual(expected);
  });

  it.each(['', 'deployment', '/deployment/api', 'payment//api', 'payment/deployment/', 'a/b/c/d'])(
    'is not to be read from %p',
    (text) => {
      expect(parseTargetResource(text)).toBeUndefined();
    },
  );
});
