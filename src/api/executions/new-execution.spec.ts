import { expect, it } from '@jest/globals';
import { ownAnnotations } from '../../workflow-execution/metadata.ts';
import { aSpec } from '../../workflow-execution/workflow-execution.builders.ts';
import { newExecution } from './new-execution.ts';

it('a new execution records its creation, by which a copy restored from a backup is recognized', () => {
  const command = { namespace: 'payment', name: 'we-1', spec: aSpec(), annotations: { mine: 'x' } };
  const { metadata } = newExecution(command, { createdAt: new Date('2026-01-02T03:04:05.678Z'), username: 'alice' });
  expect(metadata.annotations).toEqual({
    mine: 'x',
    [ownAnnotations.createdAt]: '2026-01-02T03:04:05Z',
    [ownAnnotations.createdBy]: 'alice',
  });
});
