import type { Json } from './rules.ts';

/** One rule on the status. */
export interface StatusRule {
  readonly name: string;
  readonly before: Json;
  readonly good: Json;
  readonly bad: Json;
  readonly field: string;
  readonly says: string;
}

const run = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: 'we-1', namespace: 'payment' };
const failure = { reason: 'TaskFailed', message: 'step apply ended with exit code 1', wasExecutionFailure: true };
const skip = { reason: 'ResourceBusy', message: 'held by payment/we-2', skippedAt: '2026-01-02T03:04:05Z' };
const condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Completed',
  message: 'done',
  lastTransitionTime: '2026-01-02T03:04:05Z',
};

function statusRule(name: string, good: Json, bad: Json, field: string, says: string, before: Json = {}): StatusRule {
  return { name, before, good, bad, field, says };
}

/** Every rule on the status. */
export const statusRules: readonly StatusRule[] = [
  statusRule('phase', { phase: 'Running' }, { phase: 'Dreaming' }, 'status.phase', 'supported values'),
  statusRule(
    'a terminal phase',
    { phase: 'Completed', outcome: 'Success', message: 'corrected' },
    { phase: 'Failed', outcome: 'Failed', failure },
    '<nil>',
    'status.phase is final',
    { phase: 'Completed', outcome: 'Success' },
  ),
  statusRule(
    'a settled execution, which has finished',
    { phase: 'Completed', settled: true },
    { settled: true },
    '<nil>',
    'status.settled can only be true once the execution has finished',
    { phase: 'Running' },
  ),
  statusRule(
    'the terminal phase Failed',
    { message: 'corrected' },
    { phase: 'Completed', failure: null },
    '<nil>',
    'status.phase is final',
    { phase: 'Failed', failure },
  ),
  statusRule(
    'the terminal phase Skipped',
    { message: 'corrected' },
    { phase: 'Failed', skip: null, failure },
    '<nil>',
    'status.phase is final',
    { phase: 'Skipped', skip },
  ),
  statusRule(
    'the PipelineRun of an execution, which is kept',
    { message: 'followed' },
    { pipelineRunRef: null },
    '<nil>',
    'status.pipelineRunRef is immutable',
    { phase: 'Running', pipelineRunRef: run },
  ),
  statusRule(
    'the PipelineRun of an execution',
    { pipelineRunRef: { ...run, uid: 'a' } },
    { pipelineRunRef: { ...run, name: 'we-2' } },
    '<nil>',
    'status.pipelineRunRef is immutable',
    { phase: 'Running', pipelineRunRef: run },
  ),
  statusRule(
    'the target of an execution',
    { phase: 'Running', target: 'payment/rollout/r' },
    { phase: 'Running', target: 'payment/robot/r' },
    '<nil>',
    'status.target is immutable once it is set',
    { phase: 'Pending', target: 'payment/rollout/r' },
  ),
  statusRule(
    'the target of an execution, which is kept',
    { message: 'locked' },
    { target: null },
    '<nil>',
    'status.target is immutable once it is set',
    { phase: 'Pending', target: 'payment/rollout/r' },
  ),
  statusRule(
    'target',
    { target: `${'a'.repeat(63)}/${'b'.repeat(63)}/${'c'.repeat(253)}` },
    { target: 'a'.repeat(382) },
    'status.target',
    'may not be more than 381',
  ),
  statusRule(
    'pipelineRunRef',
    { pipelineRunRef: run },
    { pipelineRunRef: { name: 'a' } },
    'status.pipelineRunRef.kind',
    'Required',
  ),
  statusRule(
    'outcome',
    { phase: 'Completed', outcome: 'Success' },
    { phase: 'Completed', outcome: 'Failed' },
    'status.outcome',
    'must be Success when the phase is Completed',
  ),
  statusRule(
    'outcome of Failed',
    { phase: 'Failed', failure, outcome: 'Failed' },
    { phase: 'Failed', failure, outcome: 'Success' },
    'status.outcome',
    'must be Success when the phase is Completed',
  ),
  statusRule(
    'outcome of Skipped',
    { phase: 'Skipped', skip, outcome: 'Skipped' },
    { phase: 'Skipped', skip, outcome: 'Failed' },
    'status.outcome',
    'must be Success when the phase is Completed',
  ),
  statusRule(
    'failure',
    { phase: 'Failed', failure },
    { phase: 'Failed' },
    'status.failure',
    'must be given when the phase is Failed',
  ),
  statusRule(
    'failure.reason',
    { phase: 'Failed', failure },
    { phase: 'Failed', failure: { ...failure, reason: 'Bored' } },
    'status.failure.reason',
    'supported values',
  ),
  statusRule(
    'skip',
    { phase: 'Skipped', skip },
    { phase: 'Running', skip },
    'status.skip',
    'must be given when the phase is Skipped',
  ),
  statusRule(
    'skip.reason',
    { phase: 'Skipped', skip: { ...skip, reason: 'RecentlyRemediated', remainingCooldownSeconds: 0 } },
    { phase: 'Skipped', skip: { ...skip, reason: 'Bored' } },
    'status.skip.reason',
    'supported values',
  ),
  statusRule(
    'skip.remainingCooldownSeconds',
    { phase: 'Skipped', skip: { ...skip, conflictingExecution: { namespace: 'payment', name: 'we-2' } } },
    { phase: 'Skipped', skip: { ...skip, remainingCooldownSeconds: -1 } },
    'status.skip.remainingCooldownSeconds',
    'greater than or equal to 0',
  ),
  statusRule(
    'message',
    { message: 'a'.repeat(4096) },
    { message: 'a'.repeat(4097) },
    'status.message',
    'may not be more than 4096',
  ),
  statusRule(
    'results',
    { results: [{ name: 'n', value: 'v'.repeat(4095) }] },
    { results: [{ name: 'ü', value: 'v'.repeat(4095) }] },
    'status.results',
    'names and values together must be at most 4096 bytes',
  ),
  statusRule(
    'the number of results',
    { results: Array.from({ length: 64 }, (_, index) => ({ name: `${index}`, value: '' })) },
    { results: Array.from({ length: 65 }, (_, index) => ({ name: `${index}`, value: '' })) },
    'status.results',
    'must have at most 64 items',
  ),
  statusRule(
    'times',
    { startTime: '2026-01-02T03:04:05Z' },
    { startTime: 'yesterday' },
    'status.startTime',
    'date-time',
  ),
  statusRule(
    'conditions are a map by type',
    { conditions: [condition, { ...condition, type: 'AuditRecorded' }] },
    { conditions: [condition, condition] },
    'status.conditions[1]',
    'Duplicate value',
  ),
  statusRule(
    'a condition has a reason',
    { conditions: [condition] },
    { conditions: [{ ...condition, reason: 'not one word' }] },
    'status.conditions[0].reason',
    'must be a CamelCase word',
  ),
  statusRule(
    'observedGeneration',
    { observedGeneration: 1 },
    { observedGeneration: -2 },
    'status.observedGeneration',
    'greater than or equal to -1',
  ),
];
