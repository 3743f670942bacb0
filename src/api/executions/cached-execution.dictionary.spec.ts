import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { cachedExecution, executionOf } from './cached-execution.ts';

// In a file of its own: the dictionary is that of the process.
it('the first execution does not decide how well the others are compressed if it is unusually large', () => {
  const text = randomBytes(20_000).toString('hex');
  const finished = (name: string, message = '') =>
    cachedExecution(aWorkflowExecution({ metadata: { name }, status: { phase: 'Completed', message } }));
  const large = finished('large', text);
  finished('second');
  const { content } = finished('third');

  expect(typeof content === 'string' && content.length).toBeLessThan(100);
  expect(executionOf(large).status?.message).toBe(text);
});
