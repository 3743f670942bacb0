import { describe, expect, it } from '@jest/globals';
import { aPipelineRun, succeeded } from './pipeline-run.builders.ts';
import { parseTaskRun } from './task-run.ts';
import { describeProgress } from './task-progress.ts';

const at = (second: number): string => `2026-11-23T12:05:${String(second).padStart(2, '0')}Z`;

/** The TaskRun of a task, created at this second. */
function aTaskRun(name: string, status: 'True' | 'False' | 'Unknown', second: number) {
  const metadata = { name, uid: name, resourceVersion: '7', creationTimestamp: at(second) };
  return parseTaskRun({ metadata, status: succeeded(status, 'x') });
}

/** A pipeline of these tasks, of which some have children; those of a matrix have several. */
function aPipeline(tasks: readonly string[], children: Readonly<Record<string, string>>, over: object = {}) {
  const childReferences = Object.entries(children).map(([name, pipelineTaskName]) => ({
    ...{ kind: 'TaskRun', name, pipelineTaskName },
  }));
  const [last, ...others] = tasks.toReversed().map((name) => ({ name }));
  const pipelineSpec = { tasks: others, finally: [last] };
  return aPipelineRun({ status: { ...succeeded('Unknown', 'Running'), pipelineSpec, childReferences, ...over } });
}

describe('the progress of a pipeline', () => {
  const tasks = ['check', 'cordon-node', 'drain-node', 'restart', 'report'];

  it('counts the tasks that are done, and says since when the other one runs', () => {
    const pipeline = aPipeline(tasks, { a: 'check', b: 'cordon-node', c: 'drain-node' });
    const children = [aTaskRun('a', 'True', 1), aTaskRun('b', 'False', 2), aTaskRun('c', 'Unknown', 40)];
    expect(describeProgress(pipeline, children)).toBe(
      '2 of 5 tasks done; drain-node running since 2026-11-23T12:05:40Z',
    );
  });

  it('names the task that has run longest, and counts the others', () => {
    const pipeline = aPipeline(tasks, { a: 'check', b: 'cordon-node', c: 'drain-node' });
    const children = [aTaskRun('a', 'Unknown', 9), aTaskRun('b', 'Unknown', 3), aTaskRun('c', 'Unknown', 5)];
    expect(describeProgress(pipeline, children)).toBe(
      '0 of 5 tasks done; cordon-node and 2 more running, the first since 2026-11-23T12:05:03Z',
    );
  });

  it('counts a task of a matrix once, when all its children are done', () => {
    const pipeline = aPipeline(tasks, { a1: 'check', a2: 'check', a3: 'check' });
    const [first, second] = [aTaskRun('a1', 'True', 1), aTaskRun('a2', 'Unknown', 2)];
    const running = describeProgress(pipeline, [first, second, aTaskRun('a3', 'Unknown', 3)]);
    expect(running).toBe('0 of 5 tasks done; check running since 2026-11-23T12:05:02Z');
    const done = ['a1', 'a2', 'a3'].map((name) => aTaskRun(name, 'True', 1));
    expect(describeProgress(pipeline, done)).toBe('1 of 5 tasks done');
  });

  it('counts skipped tasks as done, and a child that is gone as not done', () => {
    const pipeline = aPipeline(tasks, { a: 'check', b: 'restart' }, { skippedTasks: [{ name: 'drain-node' }] });
    expect(describeProgress(pipeline, [aTaskRun('a', 'True', 1)])).toBe('2 of 5 tasks done');
  });

  it('names a child that Tekton has not recorded yet', () => {
    const pipeline = aPipeline(tasks, { a: 'check' });
    const children = [aTaskRun('a', 'True', 1), aTaskRun('run-1-restart', 'Unknown', 2)];
    expect(describeProgress(pipeline, children)).toBe(
      '1 of 5 tasks done; run-1-restart running since 2026-11-23T12:05:02Z',
    );
  });

  it.each([
    ['has resolved it', aPipelineRun({ status: { childReferences: [{ kind: 'TaskRun', name: 'a' }] } })],
    ['has created a task of it', aPipeline(tasks, {})],
  ])('is unknown before Tekton %s', (_, pipeline) => {
    expect(describeProgress(pipeline, [])).toBeUndefined();
  });
});
