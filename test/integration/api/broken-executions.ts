import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import type { NewExecution } from './api-caller.ts';

/** An execution that breaks one rule. */
export interface BrokenExecution {
  readonly what: string;
  readonly execution: NewExecution;
  /** The field as the resource spells it. */
  readonly field: string;
  /** Part of the message. */
  readonly rule: string;
}

/** Rules that the API checks itself, and rules that only the API server checks. */
export const brokenExecutions: readonly BrokenExecution[] = [
  { what: 'no spec', execution: {}, field: 'spec', rule: 'is required' },
  {
    what: 'no target',
    execution: { spec: { ...aSpec(), targetResource: undefined } },
    field: 'spec.targetResource',
    rule: 'is required',
  },
  {
    what: 'half a target',
    execution: { spec: aSpec({ targetResource: 'payment' }) },
    field: 'spec.targetResource',
    rule: 'must be namespace/kind/name',
  },
  {
    what: 'a malformed kind',
    execution: { spec: aSpec({ targetResource: 'a/-pod/b' }) },
    field: 'spec.targetResource',
    rule: 'must be namespace/kind',
  },
  {
    what: 'a short reason to override the cooldown',
    execution: { spec: aSpec({ overrideCooldownReason: 'because' }) },
    field: 'spec.overrideCooldownReason',
    rule: '10',
  },
  {
    what: 'an empty RemediationRequest name',
    execution: { spec: aSpec({ remediationRequestRef: { name: '', namespace: 'x' } }) },
    field: 'spec.remediationRequestRef.name',
    rule: '',
  },
  {
    what: 'an invalid image',
    execution: withWorkflow({ containerImage: 'Not An Image' }),
    field: 'spec.workflowRef.containerImage',
    rule: 'must be',
  },
  {
    what: 'white space in the version',
    execution: withWorkflow({ version: 'a b' }),
    field: 'spec.workflowRef.version',
    rule: 'must not contain',
  },
  {
    what: 'a short digest',
    execution: withWorkflow({ containerDigest: 'sha256:12' }),
    field: 'spec.workflowRef.containerDigest',
    rule: "must be 'sha256:'",
  },
  {
    what: 'a digest that differs from that of the image',
    execution: withWorkflow({
      containerImage: `x/y@sha256:${'a'.repeat(64)}`,
      containerDigest: `sha256:${'b'.repeat(64)}`,
    }),
    field: 'spec.workflowRef.containerDigest',
    rule: 'must be the digest that containerImage names',
  },
  {
    what: 'a lower-case parameter',
    execution: { spec: aSpec({ parameters: { memory: '1' } }) },
    field: 'spec.parameters',
    rule: 'every key must be',
  },
  {
    what: 'a confidence over 1',
    execution: { spec: aSpec({ confidence: 1.5 }) },
    field: 'spec.confidence',
    rule: 'must be from 0 to 1',
  },
  {
    what: 'a long rationale',
    execution: { spec: aSpec({ rationale: 'x'.repeat(100_000) }) },
    field: 'spec.rationale',
    rule: 'must be at most',
  },
  {
    what: 'a timeout under a second',
    execution: { spec: aSpec({ executionConfig: { timeout: '0.5s' } }) },
    field: 'spec.executionConfig.timeout',
    rule: 'must be a Go duration of at least 1s',
  },
  {
    what: 'an invalid ServiceAccount name',
    execution: { spec: aSpec({ executionConfig: { serviceAccountName: 'A_B' } }) },
    field: 'spec.executionConfig.serviceAccountName',
    rule: 'must be a DNS subdomain',
  },
  {
    what: 'a cancellation',
    execution: { spec: aSpec({ cancelRequested: true }) },
    field: 'spec.cancelRequested',
    rule: 'must not be true',
  },
  {
    what: 'a negative TTL',
    execution: { spec: aSpec({ ttlSecondsAfterFinished: -1 }) },
    field: 'spec.ttlSecondsAfterFinished',
    rule: 'must be from 0',
  },
  {
    what: 'an invalid name',
    execution: { name: 'We_1', spec: aSpec() },
    field: 'metadata.name',
    rule: 'must be a DNS subdomain',
  },
  {
    what: 'an invalid label',
    execution: { labels: { team: 'a b' }, spec: aSpec() },
    field: 'metadata.labels',
    rule: "the value of 'team' must be",
  },
];

function withWorkflow(over: Partial<ReturnType<typeof aSpec>['workflowRef']>): NewExecution {
  const spec = aSpec();
  return { spec: { ...spec, workflowRef: { ...spec.workflowRef, ...over } } };
}
