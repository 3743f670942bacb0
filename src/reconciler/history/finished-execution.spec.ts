import { expect, it } from '@jest/globals';
import { aDoneExecution } from '../cleanup/settlement.builders.ts';
import { finishedExecutionResource } from './finished-execution.ts';

it('a finished execution is remembered without its spec, status, labels and annotations', () => {
  const metadata = { labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['e'], resourceVersion: '7' };
  const raw = aDoneExecution({ metadata, spec: { ttlSecondsAfterFinished: 60 } });
  const { name, namespace, uid } = raw.metadata;
  expect({ ...finishedExecutionResource.parse(raw) }).toEqual({
    ...{ name, namespace, uid, resourceVersion: '7' },
    ...{ phase: 'Completed', finishedAt: Date.parse('2026-01-02T03:06:36Z'), ttlSeconds: 60, isDue: false },
  });
});

it.each([
  ['is being deleted', { deletionTimestamp: '2026-01-02T03:07:00Z' }],
  ['has another spec than its status says', { generation: 2 }],
])('a finished execution that %s is due', (_, metadata) => {
  expect(finishedExecutionResource.parse(aDoneExecution({ metadata })).isDue).toBe(true);
});
