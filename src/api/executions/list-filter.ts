import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn } from 'class-validator';
import { LabelSelectorError, maxRequirements, parseLabelSelector } from '../../kubernetes/label-selector.ts';
import type { Targets } from '../../targets/targets.ts';
import { allPhases, phaseOf } from '../../workflow-execution/execution.ts';
import type { Phase } from '../../workflow-execution/generated/workflow-execution.ts';
import { maxTargetLength } from '../../workflow-execution/target-resource.ts';
import { dnsSubdomain } from '../resource/names.ts';
import { OptionalQuery, timeRule } from '../validation/query.ts';
import type { ExecutionSummary } from './cached-execution.ts';

/** Selects executions by fields that do not change once they are set: watches use it too, and an execution never leaves one. */
export class ExecutionFilter {
  @OptionalQuery('Only executions of this workflow.', { maxLength: 253 })
  workflowId?: string;

  @OptionalQuery('Only executions on this target, under any name of its kind: namespace/kind/name or kind/name.', {
    maxLength: maxTargetLength,
    pattern: /^([^/]+\/)?[^/.]+(\.[^/.]+)*\/[^/]+$/,
    message: 'must be namespace/kind/name, or kind/name of a cluster-scoped resource',
  })
  targetResource?: string;

  @OptionalQuery('Only executions of the RemediationRequest with this name.', dnsSubdomain)
  remediationRequest?: string;
}

const phaseNames = allPhases.join(', ');
const phasePattern = allPhases.join('|');

/** Selects executions that match every given field, also by fields that change. Requests of both transports are validated by this class. */
export class ListFilter extends ExecutionFilter {
  @ApiProperty({
    type: 'string',
    description: `Only executions in one of these phases (${phaseNames}), separated by commas. An execution without a status is Pending.`,
    required: false,
    maxLength: 256,
    pattern: `^(${phasePattern})(,(${phasePattern}))*$`,
  })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : [value]))
  @IsIn(allPhases, { each: true, message: `must be of ${phaseNames}, separated by commas` })
  phase: readonly Phase[] = [];

  @OptionalQuery(
    `Only executions whose labels match, as with \`kubectl get -l\`: \`team=payment,tier!=test\`; at most ${maxRequirements} requirements.`,
    {
      maxLength: 2048,
      violation: selectorViolation,
    },
  )
  labelSelector?: string;

  @OptionalQuery('Only executions created at or after this time (RFC 3339).', timeRule)
  createdAfter?: string;

  @OptionalQuery('Only executions created before this time (RFC 3339).', timeRule)
  createdBefore?: string;
}

/** Selects all executions. */
export const noFilter: ListFilter = { phase: [] };

/** Canonical targets, for the comparison of targets. */
export type CanonicalTargets = Pick<Targets, 'canonical' | 'targetOf'>;

type Predicate = (execution: ExecutionSummary) => boolean;

/** The predicate of a validated filter. It tests only what is given: a list tests every execution of the cache. */
export function filterPredicate(filter: Partial<ListFilter>, targets: CanonicalTargets): Predicate {
  const { phase = [], workflowId, targetResource, remediationRequest } = filter;
  const { labelSelector, createdAfter, createdBefore } = filter;
  const tests = [
    ...testFor(phase.length > 0 ? phase : undefined, (phases) => (execution) => phases.includes(phaseOf(execution))),
    ...testFor(
      workflowId,
      (id) =>
        ({ spec }) =>
          spec.workflowRef.workflowId === id,
    ),
    ...testFor(targetResource, (text) => onTarget(text, targets)),
    ...testFor(
      remediationRequest,
      (name) =>
        ({ spec }) =>
          spec.remediationRequestRef.name === name,
    ),
    ...testFor(labelSelector, withLabels),
    ...testFor(createdAfter, (text) => createdWithin(Date.parse(text), Infinity)),
    ...testFor(createdBefore, (text) => createdWithin(-Infinity, Date.parse(text))),
  ];
  return (execution) => tests.every((test) => test(execution));
}

function testFor<T>(value: T | undefined, make: (value: T) => Predicate): Predicate[] {
  return value === undefined ? [] : [make(value)];
}

function onTarget(text: string, targets: CanonicalTargets): Predicate {
  const wanted = targets.canonical(text);
  return (execution) => targets.targetOf(execution) === wanted;
}

function withLabels(selector: string): Predicate {
  const matches = parseLabelSelector(selector);
  return ({ metadata }) => matches(metadata.labels ?? {});
}

/** From a time in milliseconds since the epoch, and before another. */
function createdWithin(from: number, to: number): Predicate {
  return ({ metadata }) => {
    const created = Date.parse(metadata.creationTimestamp);
    return created >= from && created < to;
  };
}

function selectorViolation(text: string): string | undefined {
  try {
    parseLabelSelector(text);
    return undefined;
  } catch (error) {
    if (error instanceof LabelSelectorError) return `must be a label selector: ${error.message}`;
    throw error;
  }
}
