import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { targetsOf } from '../../targets/targets.builders.ts';
import { validated } from '../validation/validation.pipe.ts';
import { filterPredicate as matcherOver, ListFilter } from './list-filter.ts';

const targets = targetsOf();
const filterPredicate = (filter: Partial<ListFilter>) => matcherOver(filter, targets);
const execution = aWorkflowExecution({
  metadata: { labels: { team: 'payment' }, creationTimestamp: '2026-01-02T03:04:05Z' },
  status: { phase: 'Running' },
});

describe('a filter', () => {
  it.each<[Partial<ListFilter>, boolean]>([
    [{}, true],
    [{ phase: ['Running', 'Failed'] }, true],
    [{ phase: ['Pending'] }, false],
    [{ workflowId: 'oomkill-increase-memory' }, true],
    [{ workflowId: 'oomkill' }, false],
    [{ targetResource: 'payment/deployment/payment-api' }, true],
    [{ targetResource: 'payment/Deploy.apps/payment-api' }, true],
    [{ targetResource: 'payment/deployment/payment' }, false],
    [{ remediationRequest: 'rr-pod-crash-f8a3b9c2' }, true],
    [{ remediationRequest: 'rr' }, false],
    [{ labelSelector: 'team=payment' }, true],
    [{ labelSelector: '!team' }, false],
    [{ createdAfter: '2026-01-02T03:04:05Z' }, true],
    [{ createdAfter: '2026-01-02T03:04:05.001Z' }, false],
    [{ createdBefore: '2026-01-02T03:04:06Z' }, true],
    [{ createdBefore: '2026-01-02T04:04:05+01:00' }, false],
    [{ phase: ['Running'], workflowId: 'another' }, false],
  ])('%j matches: %s', (filter, expected) => {
    expect(filterPredicate(filter)(execution)).toBe(expected);
  });

  it.each([
    ['payment/deployment/api', true],
    ['payment/Deploy/api', true],
    ['payment/rollout/api', false],
  ])('compares the recorded target: %s matches: %s', (targetResource, expected) => {
    const recorded = aWorkflowExecution({
      spec: { targetResource: 'payment/rollout/api' },
      status: { target: 'payment/deployment/api' },
    });
    expect(filterPredicate({ targetResource })(recorded)).toBe(expected);
  });

  it('matches an execution without a status as Pending', () => {
    expect(filterPredicate({ phase: ['Pending'] })(aWorkflowExecution())).toBe(true);
  });

  it.each<[object, string]>([
    [{ workflowId: 'x'.repeat(254) }, 'workflowId: must be 1 to 253 characters long'],
    [{ targetResource: 'payment' }, 'targetResource: must be namespace/kind/name'],
    [{ remediationRequest: 'A b' }, 'remediationRequest: must be a DNS subdomain'],
    [{ labelSelector: 'a b' }, "labelSelector: must be a label selector: 'a b' is not"],
    [
      { labelSelector: 'a,'.repeat(32) + 'a' },
      'labelSelector: must be a label selector: it has more than 32 requirements',
    ],
    [{ labelSelector: 'a'.repeat(2_049) }, 'labelSelector: must be 1 to 2048'],
    [{ createdAfter: 'yesterday' }, 'createdAfter: must be a time as in RFC 3339'],
    [{ createdBefore: '2026-13-01T00:00:00Z' }, 'createdBefore: must be a time as in RFC 3339'],
    [{ phase: 'Pending,Gone' }, 'phase: must be of Pending, Running'],
    [{ phase: 'Pending,' }, 'phase: must be of Pending, Running'],
    [{ phase: ['Pending', 'Running'] }, 'phase: must be of Pending, Running'],
  ])('refuses %j', async (filter, message) => {
    await expect(validated(ListFilter, filter)).rejects.toThrow(message);
  });

  it('reports every invalid field', async () => {
    await expect(validated(ListFilter, { createdAfter: 'x', createdBefore: 'y' })).rejects.toThrow('(and 1 more)');
  });

  it.each([
    ...['workflowId', 'targetResource', 'remediationRequest', 'labelSelector', 'createdAfter', 'createdBefore'],
    'phase',
  ])('has no empty %s, which would select more executions than intended', async (parameter) => {
    await expect(validated(ListFilter, { [parameter]: '' })).rejects.toThrow(`${parameter}: must be `);
  });
});
