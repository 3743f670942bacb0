import { describe, expect, it } from '@jest/globals';
import { formatTargetResource, parseTargetResource } from './target-resource.ts';

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

  it.each([
    ['payment/deployment/api', 'payment/deployments/api', 'payment/deploy/api'],
    ['payment/statefulset/db', 'payment/statefulsets/db', 'payment/sts/db'],
    ['node/worker-1', 'nodes/worker-1', 'no/worker-1'],
    ['payment/ingress/web', 'payment/ingresses/web', 'payment/ing/web'],
    ['payment/kafkatopic/orders', 'payment/kafkatopic/orders'],
  ])('is %s however it is written', (canonical, ...others) => {
    for (const text of [canonical, ...others]) {
      const target = parseTargetResource(text);
      expect(target && formatTargetResource(target)).toBe(canonical);
    }
  });

  it('is not another one of the same name', () => {
    const texts = ['payment/deployment/api', 'payment/statefulset/api', 'checkout/deployment/api', 'deployment/api'];
    const written = texts
      .map((text) => parseTargetResource(text))
      .map((target) => target && formatTargetResource(target));
    expect(new Set(written).size).toBe(texts.length);
  });
});
