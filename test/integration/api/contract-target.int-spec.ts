import { beforeAll, describe, expect, it } from '@jest/globals';
import type { WorkflowExecutionStatus } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { until } from '../../support/until.ts';
import { onBothTransports } from './on-both-transports.ts';

await onBothTransports('target', (contract) => {
  const { caller } = contract;
  const target = () => `${contract.namespace}/deployment/api`;
  // In whole seconds, as Kubernetes records it.
  const completedAt = new Date(Math.floor(Date.now() / 1_000) * 1_000);
  const failure = { reason: 'TaskFailed', message: '', wasExecutionFailure: true } as const;

  const create = async (name: string, targetResource: string, status?: WorkflowExecutionStatus) => {
    const { error } = await caller.create(contract.namespace, { name, spec: { ...aSpec(), targetResource } });
    expect(error).toBeUndefined();
    if (status === undefined) return;
    const key = { namespace: contract.namespace, name };
    await contract.kubernetes.patch(workflowExecutionResource, key, { status }, { subresource: 'status' });
  };

  beforeAll(async () => {
    await create('other', `${contract.namespace}/deployment/other`);
    await create('short', `${contract.namespace}/deploy/api`);
    await create('over', target(), { phase: 'Failed', failure, completionTime: completedAt.toISOString() });
    await create('runs', target(), { phase: 'Running', startTime: completedAt.toISOString() });
    await until('the status is in the cache', async () => (await caller.target(target())).ok?.held === true);
  });

  describe('a target', () => {
    it('shows its holder, its cooldowns and its executions, under any name of its kind', async () => {
      const { ok } = await caller.target(`${contract.namespace}/Deployments.apps/api`);

      const of = (name: string) => `${contract.namespace}/${name}`;
      expect(ok).toEqual({
        target: target(),
        ...{ held: true, holder: of('runs'), phase: 'Running', isSinceKnown: true },
        cooldowns: [[of('over'), expect.any(Number)]],
        executions: expect.arrayContaining([of('short'), of('over'), of('runs')]),
      });
      expect(ok?.cooldowns[0]?.[1]).toBeGreaterThan(completedAt.getTime());
      expect(ok?.executions).toHaveLength(3);
    });

    it('is free when nothing has run on it, also a cluster-scoped one', async () => {
      const { ok } = await caller.target(`node/${contract.namespace}`);

      expect(ok).toEqual({
        ...{ target: `node/${contract.namespace}`, held: false, isSinceKnown: false },
        ...{ cooldowns: [], executions: [] },
      });
    });

    it.each([
      ['is no target', () => `${contract.namespace}/a..b/api`],
      ['has a kind that the cluster does not have', () => `${contract.namespace}/deploymint/api`],
      ['has the scope of another kind', () => 'deployment/api'],
    ])('is refused if it %s', async (_, given) => {
      const { error } = await caller.target(given());

      expect(error?.kind).toBe('INVALID_ARGUMENT');
      expect(Object.keys(error?.rules ?? {})).toEqual([caller.transport === 'REST' ? 'kind' : 'name']);
    });
  });
});
