import fc from 'fast-check';
import type {
  Failure,
  Skip,
  WorkflowExecution,
  WorkflowExecutionMetadata,
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { formatDuration } from '../../workflow-execution/duration.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const map = fc.dictionary(fc.stringMatching(/^[A-Z]{1,8}(_[A-Z]{1,8})?$/), fc.string({ unit: 'grapheme' }), {
  maxKeys: 4,
});
const count = fc.nat();
/** Kubernetes writes times in seconds and UTC. */
const time = fc
  .integer({ min: 0, max: 4e9 })
  .map((seconds) => `${new Date(seconds * 1_000).toISOString().slice(0, -5)}Z`);
const timeout = fc
  .record({ seconds: fc.integer({ min: 1, max: 3_599_999_999 }), nanos: fc.nat(999_999_999) })
  .map(formatDuration);

/** A record whose keys beyond `requiredKeys` may each be missing. */
function partly<T>(model: { [K in keyof T]-?: fc.Arbitrary<NonNullable<T[K]>> }, requiredKeys: (keyof T)[]) {
  return fc.record(model, { requiredKeys }) as unknown as fc.Arbitrary<T>;
}

/** Any spec that the schema allows; optional fields are sometimes absent. */
export const anySpec: fc.Arbitrary<WorkflowExecutionSpec> = partly<WorkflowExecutionSpec>(
  {
    remediationRequestRef: partly<WorkflowExecutionSpec['remediationRequestRef']>(
      { name: word, namespace: word, kind: text, apiVersion: text, uid: text, resourceVersion: text, fieldPath: text },
      ['name'],
    ),
    workflowRef: partly<WorkflowExecutionSpec['workflowRef']>(
      {
        ...{ workflowId: word, version: word, containerImage: word, containerDigest: word },
        ...{ workflowName: text, actionType: word },
        secretParameters: fc.uniqueArray(fc.stringMatching(/^[A-Z]{1,8}$/), { minLength: 1, maxLength: 3 }),
      },
      ['workflowId', 'version', 'containerImage'],
    ),
    targetResource: fc.tuple(word, word, word).map((parts) => parts.join('/')),
    parameters: map,
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    rationale: text,
    overrideCooldownReason: text,
    executionConfig: partly<NonNullable<WorkflowExecutionSpec['executionConfig']>>(
      { serviceAccountName: word, timeout, finallyTimeout: timeout },
      [],
    ),
    cancelRequested: fc.constant(true),
    cancelMode: fc.constantFrom('Graceful', 'Immediate'),
    ttlSecondsAfterFinished: fc.nat(2 ** 31 - 1),
  },
  ['remediationRequestRef', 'workflowRef', 'targetResource'],
);

const anyFailure = partly<Failure>(
  {
    reason: fc.constantFrom('OOMKilled', 'TaskFailed', 'Unknown'),
    message: text,
    wasExecutionFailure: fc.boolean(),
    failedTask: partly<NonNullable<Failure['failedTask']>>({ name: word, stepName: word, exitCode: count }, ['name']),
  },
  ['reason', 'message', 'wasExecutionFailure'],
);

const anySkip = partly<Skip>(
  {
    reason: fc.constantFrom('ResourceBusy', 'RecentlyRemediated', 'Restored'),
    message: text,
    skippedAt: time,
    conflictingExecution: partly<NonNullable<Skip['conflictingExecution']>>(
      { namespace: word, name: word, uid: word },
      ['namespace', 'name'],
    ),
    remainingCooldownSeconds: count,
  },
  ['reason', 'message', 'skippedAt'],
);

const anyStatus = partly<WorkflowExecutionStatus>(
  {
    observedGeneration: count,
    phase: fc.constantFrom('Pending', 'Running', 'Completed', 'Failed', 'Skipped'),
    outcome: fc.constantFrom('Success', 'Failed', 'Skipped'),
    message: text,
    target: word,
    pipelineRunRef: fc.record({ apiVersion: word, kind: word, name: word, namespace: word, uid: word }),
    startTime: time,
    completionTime: time,
    bundleDigest: word,
    results: fc.array(fc.record({ name: word, value: text }), { minLength: 1, maxLength: 3 }),
    settled: fc.boolean(),
    duration: word,
    failure: anyFailure,
    skip: anySkip,
    conditions: fc.array(
      fc.record({
        type: word,
        status: fc.constantFrom('True', 'False', 'Unknown'),
        observedGeneration: count,
        lastTransitionTime: time,
        reason: word,
        message: text,
      }),
      { maxLength: 3 },
    ),
  },
  [],
);

const anyMetadata = partly<Partial<WorkflowExecutionMetadata>>(
  {
    name: word,
    namespace: word,
    uid: fc.uuid(),
    resourceVersion: word,
    generation: count,
    creationTimestamp: time,
    deletionTimestamp: time,
    labels: map,
    annotations: map,
    finalizers: fc.array(word),
    ownerReferences: fc.constant([]),
  },
  ['name', 'namespace', 'uid', 'creationTimestamp'],
);

/** Any execution that the API server may return. */
export const anyExecution: fc.Arbitrary<WorkflowExecution> = fc
  .tuple(anyMetadata, anySpec, fc.option(anyStatus, { nil: undefined }))
  .map(([metadata, spec, status]) => ({ ...aWorkflowExecution({ metadata }), spec, ...(status && { status }) }));
