import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { ownAnnotations } from '../../workflow-execution/metadata.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { skipRestored } from './pending.steps.ts';

const { signal } = new AbortController();
const clock = new FakeClock(new Date('2026-01-02T03:10:00Z'));
const metadata = { annotations: { [ownAnnotations.uid]: 'of-the-original' } };

describe('an execution that was restored from a backup', () => {
  it('is skipped with the reason', async () => {
    const { adoption, creates, execution } = aFakeCluster();
    const outcome = await skipRestored(execution({ metadata }), { adoption, creates, clock }, signal);
    expect(outcome).toEqual({
      kind: 'observed',
      observation: {
        phase: 'Skipped',
        skip: {
          reason: 'Restored',
          message:
            'Create a new execution if the target still needs it. This one was restored from a backup without its ' +
            'status, so it may have run before.',
          skippedAt: '2026-01-02T03:10:00Z',
        },
      },
    });
  });

  it('continues if it has a phase, since this service has started it', async () => {
    const { adoption, creates, execution, server } = aFakeCluster();
    const one = execution({ metadata, status: { phase: 'Pending' } });
    await expect(skipRestored(one, { adoption, creates, clock }, signal)).resolves.toEqual({
      kind: 'next',
      execution: one,
    });
    expect(server.verbs).toEqual([]);
  });

  it.each([
    ['its PipelineRun exists, so the annotation was changed later', {}],
    ['a conflicting PipelineRun exists, which is ended next', { spec: { params: [] } }],
  ])('continues when %s', async (_, over) => {
    const { adoption, creates, execution, pipelineRun } = aFakeCluster();
    const one = execution({ metadata });
    pipelineRun(one, over);
    await expect(skipRestored(one, { adoption, creates, clock }, signal)).resolves.toEqual({
      kind: 'next',
      execution: one,
    });
  });
});

it('a new execution continues without a request', async () => {
  const { adoption, creates, execution, server } = aFakeCluster();
  const one = execution();
  await expect(skipRestored(one, { adoption, creates, clock }, signal)).resolves.toEqual({
    kind: 'next',
    execution: one,
  });
  expect(server.verbs).toEqual([]);
});
