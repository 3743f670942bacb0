import { describe, expect, it } from '@jest/globals';
import { toResource } from '../resource/workflow-execution-resource.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { allPhases, isTerminal } from '../../workflow-execution/execution.ts';
import { requestLabel } from '../../workflow-execution/metadata.ts';
import {
  cachedExecution,
  cachedExecutionIndexes,
  cachedExecutionResource,
  executionOf,
  requestIndex,
  resourceJson,
} from './cached-execution.ts';

/** Executions that differ in every part that is compressed. */
const executions = allPhases.map((phase, index) =>
  aWorkflowExecution({
    metadata: { name: `we-${index}`, uid: `uid-${index}`, annotations: { note: `"ä\u0000😀${index}` } },
    spec: { parameters: { TEXT: 'ü'.repeat(1_000 * index) } },
    status: { phase, message: `ended as ${phase}`, target: 'payment/deployment/api' },
  }),
);

describe('an execution in the cache', () => {
  it.each(executions)('in phase $status.phase is read back as it was', (execution) => {
    expect(executionOf(cachedExecution(execution))).toEqual(execution);
  });

  it.each(executions)('in phase $status.phase has the JSON of REST', (execution) => {
    expect(resourceJson(cachedExecution(execution))).toBe(JSON.stringify(toResource(execution)));
  });

  it.each(executions)('in phase $status.phase is compressed only if it has ended', (execution) => {
    const { content, jsonBytes } = cachedExecution(execution);
    const { phase = 'Pending' } = execution.status ?? {};
    expect(jsonBytes).toBe(Buffer.byteLength(JSON.stringify(execution)));
    expect(typeof content === 'string').toBe(isTerminal(phase));
    if (typeof content === 'string') expect(content.length).toBeLessThan(jsonBytes / 2);
  });

  it('has the fields by which it is selected', () => {
    const execution = aWorkflowExecution({
      metadata: { labels: { team: 'a' } },
      status: { phase: 'Completed', target: 'a/b/c' },
    });
    const { metadata, spec, status } = cachedExecution(execution);
    expect(execution).toMatchObject({ metadata, spec, status });
    expect(metadata.labels).toEqual({ team: 'a' });
  });

  it('is found by the label of its request, if it has one', () => {
    const labelled = aWorkflowExecution({ metadata: { labels: { [requestLabel]: 'abc', other: 'x' } } });
    const keysOf = cachedExecutionIndexes[requestIndex];
    expect(keysOf(cachedExecution(labelled))).toEqual(['abc']);
    expect(keysOf(cachedExecution(aWorkflowExecution()))).toHaveLength(0);
  });

  it('without a status has none', () => {
    const execution = aWorkflowExecution();
    expect(cachedExecution(execution)).toHaveProperty('status', undefined);
    expect(executionOf(cachedExecutionResource.parse(execution))).toEqual(execution);
  });
});
