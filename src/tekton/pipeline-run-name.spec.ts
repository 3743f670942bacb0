import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { pipelineRunName } from './pipeline-run-name.ts';

const nameOf = (name: string, uid = 'uid-1'): string =>
  pipelineRunName(aWorkflowExecution({ metadata: { name, uid } }));

describe('the name of the PipelineRun', () => {
  it('begins with the name of the execution', () => {
    expect(nameOf('we-pod-crash')).toMatch(/^we-pod-crash-[0-9a-f]{12}$/);
  });

  it.each([
    ['a', 'a-4a49acf8a6bd'],
    ['a.b.c', 'a-b-c-4a49acf8a6bd'],
    ['a'.repeat(50), `${'a'.repeat(50)}-4a49acf8a6bd`],
    ['a'.repeat(51), `${'a'.repeat(50)}-4a49acf8a6bd`],
    [`${'a'.repeat(48)}--b`, `${'a'.repeat(48)}-4a49acf8a6bd`],
    [`${'a'.repeat(48)}-.bc`, `${'a'.repeat(48)}-4a49acf8a6bd`],
  ])('of the execution %s is %s', (name, expected) => {
    expect(nameOf(name)).toBe(expected);
  });

  it('is the same on every try', () => {
    expect(nameOf('a')).toBe(nameOf('a'));
  });

  it('is another one when the execution is made anew under the same name', () => {
    expect(nameOf('a', 'uid-1')).not.toBe(nameOf('a', 'uid-2'));
  });

  it('is a DNS label of at most 63 characters for every name an execution can have', () => {
    const names = fc
      .stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?){0,4}$/)
      .filter((name) => name.length <= 253);
    fc.assert(
      fc.property(names, fc.uuid(), (name, uid) =>
        expect(nameOf(name, uid)).toMatch(/^[a-z0-9][-a-z0-9]{0,61}[a-z0-9]$/),
      ),
    );
  });
});
