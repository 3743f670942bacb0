import { describe, expect, it } from '@jest/globals';
import { canonicalTarget, parseTargetResource, targetOf, withTarget } from './target-resource.ts';
import { aWorkflowExecution } from './workflow-execution.builders.ts';

describe('a target resource', () => {
  it.each([
    ['payment/deployment/payment-api', { namespace: 'payment', kind: 'deployment', name: 'payment-api' }],
    ['default/Deployment/nginx', { namespace: 'default', kind: 'deployment', name: 'nginx' }],
    ['payment/deployments.apps/api', { namespace: 'payment', kind: 'deployments', group: 'apps', name: 'api' }],
    ['node/worker-1', { kind: 'node', name: 'worker-1' }],
    ['node/worker-1.example.org', { kind: 'node', name: 'worker-1.example.org' }],
    ['clusterrole/system:node', { kind: 'clusterrole', name: 'system:node' }],
    ['ClusterIssuer.cert-manager.io/A', { kind: 'clusterissuer', group: 'cert-manager.io', name: 'A' }],
  ])('parses %s', (text, expected) => {
    expect(parseTargetResource(text)).toStrictEqual(expected);
  });

  it.each(['', 'deployment', '/deployment/api', 'payment//api', 'payment/deployment/', 'a/b/c/d', 'a/.b/c', 'a/b./c'])(
    'does not parse %p',
    (text) => {
      expect(parseTargetResource(text)).toBeUndefined();
    },
  );

  it('has a canonical form with the kind in lower case', () => {
    expect(canonicalTarget({ namespace: 'payment', name: 'API' }, 'Rollout')).toBe('payment/rollout/API');
    expect(canonicalTarget({ name: 'w1' }, 'Node')).toBe('node/w1');
  });
});

describe('the target of an execution', () => {
  const written = aWorkflowExecution({ spec: { targetResource: 'payment/RO.argoproj.io/api' } });

  it('is that of the status', () => {
    expect(targetOf(aWorkflowExecution({ status: { target: 'payment/rollout/api' } }))).toBe('payment/rollout/api');
  });

  it('is that of the spec until then, in lower case and without the group', () => {
    expect(targetOf(written)).toBe('payment/ro/api');
  });

  it('is undefined if the spec is invalid', () => {
    expect(targetOf(aWorkflowExecution({ spec: { targetResource: 'api' } }))).toBeUndefined();
  });

  it('can be set before the first status is written, and is then kept', () => {
    const resolved = withTarget(written, 'payment/rollout/api');
    expect(targetOf(resolved)).toBe('payment/rollout/api');
    expect(written.status).toBeUndefined();
    expect(withTarget(resolved, 'payment/robot/api')).toBe(resolved);
  });
});
