import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../kubernetes/logger.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { ExecutionLog } from './execution-log.ts';

/** A log, and what it is told at the level info. */
function aLog() {
  const lines: [object, string][] = [];
  const log = new ExecutionLog({ ...silentLogger, info: (...line: [object, string]) => void lines.push(line) });
  return { log, lines };
}

const name = { execution: 'payment/we-pod-crash', uid: '5e0b7a5c-0f0b-4a3e-9f4f-1f2d3c4b5a69' };

describe('the log of executions', () => {
  it('has a line for each milestone, which names the execution', () => {
    const { log, lines } = aLog();
    log.tell(aWorkflowExecution(), aWorkflowExecution({ status: { phase: 'Skipped', outcome: 'Skipped' } }));
    expect(lines).toEqual([
      [expect.objectContaining({ ...name, workflow: 'oomkill-increase-memory' }), 'execution created'],
      [expect.objectContaining({ ...name, outcome: 'Skipped' }), 'execution ended'],
    ]);
  });

  it.each([
    [undefined, 'Pending'],
    [{ phase: 'Running' }, 'Running'],
  ] as const)('has a line for the end of an execution with the status %j', (status, phase) => {
    const { log, lines } = aLog();
    log.deleted(aWorkflowExecution({ status }));
    expect(lines).toEqual([[{ ...name, phase }, 'execution deleted']]);
  });
});
