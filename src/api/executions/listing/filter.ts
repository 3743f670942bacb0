import { LabelSelectorError, parseLabelSelector, type LabelSelector } from '../../../kubernetes/label-selector.ts';
import type { Phase, WorkflowExecution } from '../../../workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../../workflow-execution/execution.ts';
import type { Targets } from '../../../targets/targets.ts';
import { maxTargetLength, parseTargetResource } from '../../../workflow-execution/target-resource.ts';
import { parseTimestamp } from '../../../workflow-execution/timestamp.ts';
import { invalidArgument } from '../../errors/api-error.ts';
import type { FieldViolation } from '../../errors/api-error.ts';
import type { ListFilter } from '../execution.types.ts';
import { isName } from '../../../kubernetes/dns-names.ts';
import { dnsSubdomain } from '../../resource/names.ts';

/** The filter that has everything in it. */
export const everything: ListFilter = { phases: [] };

/** Characters of the longest label selector; a selector of Kubernetes' own has to fit into a URL as well. */
const maxSelectorLength = 2_048;

type Rule = (text: string) => string | undefined;

/** The fields of a filter that are texts, in the order in which they are told. */
const fields = [
  'workflowId',
  'targetResource',
  'remediationRequest',
  'labelSelector',
  'createdAfter',
  'createdBefore',
] as const satisfies readonly (keyof ListFilter)[];

/** What the texts of a filter have to be; each rule answers with what is broken. */
const rules: Readonly<Record<(typeof fields)[number], Rule>> = {
  workflowId: (text) => (text.length > 253 ? 'must be at most 253 characters long' : undefined),
  targetResource: (text) =>
    text.length > maxTargetLength || parseTargetResource(text) === undefined
      ? 'must be namespace/kind/name, or kind/name of a cluster-scoped resource'
      : undefined,
  remediationRequest: (text) => (isName(text, dnsSubdomain) ? undefined : dnsSubdomain.message),
  labelSelector: brokenSelector,
  createdAfter: brokenTime,
  createdBefore: brokenTime,
};

/** What a filter has to know of targets. */
export type CanonicalTargets = Pick<Targets, 'canonical' | 'targetOf'>;

/**
 * Makes of a filter the test that an execution has to pass.
 *
 * @throws ApiError InvalidArgument with every field that breaks its rule
 */
export function matcherOf(filter: ListFilter, targets: CanonicalTargets): (execution: WorkflowExecution) => boolean {
  const violations = violationsOf(filter);
  if (violations.length > 0) throw invalidArgument(violations);
  const tests = testsOf(filter, targets);
  return (execution) => tests.every((test) => test(execution));
}

function violationsOf(filter: ListFilter): FieldViolation[] {
  return fields.flatMap((field) => {
    const text = filter[field];
    const message = text === undefined ? undefined : rules[field](text);
    return message === undefined ? [] : [{ path: [field], message }];
  });
}

type Test = (execution: WorkflowExecution) => boolean;

function testsOf(filter: ListFilter, targets: CanonicalTargets): Test[] {
  const { phases, workflowId, targetResource, remediationRequest, labelSelector, createdAfter, createdBefore } = filter;
  return [
    ...testFor(phases.length > 0 ? phases : undefined, inPhase),
    ...testFor(workflowId, (id) => (execution) => execution.spec.workflowRef.workflowId === id),
    ...testFor(targetResource, (text) => onTarget(text, targets)),
    ...testFor(remediationRequest, (name) => (execution) => execution.spec.remediationRequestRef.name === name),
    ...testFor(labelSelector, (selector) => labelled(parseLabelSelector(selector))),
    ...testFor(createdAfter, (time) => createdWithin(Date.parse(time), Infinity)),
    ...testFor(createdBefore, (time) => createdWithin(-Infinity, Date.parse(time))),
  ];
}

/** The test for a value, if there is one. */
function testFor<T>(value: T | undefined, make: (value: T) => Test): Test[] {
  return value === undefined ? [] : [make(value)];
}

function inPhase(phases: readonly Phase[]): Test {
  return (execution) => phases.includes(phaseOf(execution));
}

/** A target is the same under any of the names that its kind has. */
function onTarget(text: string, targets: CanonicalTargets): Test {
  const wanted = targets.canonical(text);
  return (execution) => targets.targetOf(execution) === wanted;
}

function labelled(matches: LabelSelector): Test {
  return ({ metadata }) => matches(metadata.labels ?? {});
}

/** From a time (milliseconds since 1970) on, and before another. */
function createdWithin(from: number, before: number): Test {
  return ({ metadata }) => {
    const created = Date.parse(metadata.creationTimestamp);
    return created >= from && created < before;
  };
}

function brokenSelector(text: string): string | undefined {
  if (text.length > maxSelectorLength) return `must be at most ${maxSelectorLength} characters long`;
  try {
    parseLabelSelector(text);
    return undefined;
  } catch (error) {
    if (error instanceof LabelSelectorError) return `must be a label selector: ${error.message}`;
    throw error;
  }
}

function brokenTime(text: string): string | undefined {
  return parseTimestamp(text) === undefined ? 'must be a time as in RFC 3339' : undefined;
}
