import { isName } from '../../kubernetes/dns-names.ts';
import { LabelSelectorError, parseLabelSelector, type LabelSelector } from '../../kubernetes/label-selector.ts';
import type { Targets } from '../../targets/targets.ts';
import { phaseOf } from '../../workflow-execution/execution.ts';
import { maxTargetLength, parseTargetResource } from '../../workflow-execution/target-resource.ts';
import { parseTimestamp } from '../../workflow-execution/timestamp.ts';
import { invalidArgument } from '../errors/api-error.ts';
import type { FieldViolation } from '../errors/api-error.ts';
import { dnsSubdomain } from '../resource/names.ts';
import type { ExecutionSummary } from './cached-execution.ts';
import type { ListFilter } from './commands.ts';

/** Selects all executions. */
export const noFilter: ListFilter = { phases: [] };

/** A target as a query parameter, or an empty text. */
export const targetRule = {
  maxLength: maxTargetLength,
  pattern: /^(([^/]+\/)?[^/.]+(\.[^/.]+)*\/[^/]+)?$/,
  message: 'must be namespace/kind/name, or kind/name of a cluster-scoped resource',
} as const;

/** The name of a RemediationRequest as a query parameter, or an empty text. */
export const remediationRequestRule = {
  ...dnsSubdomain,
  pattern: new RegExp(`^$|${dnsSubdomain.pattern.source}`),
} as const;

/** In characters. */
const maxLengths = { workflowId: 253, labelSelector: 2_048 } as const;

/** The violation of a valid text is undefined. */
type Rule = (text: string) => string | undefined;

/** Canonical targets, for the comparison of targets. */
export type CanonicalTargets = Pick<Targets, 'canonical' | 'targetOf'>;

type Predicate = (execution: ExecutionSummary) => boolean;

/** The rule of a text and the executions that a valid one selects. */
interface TextFilter {
  readonly violation: Rule;
  readonly select: (text: string, targets: CanonicalTargets) => Predicate;
}

type TextField = Exclude<keyof ListFilter, 'phases'>;

/** The texts of a filter, in the order in which violations are reported. */
const texts: readonly (readonly [TextField, TextFilter])[] = [
  [
    'workflowId',
    {
      violation: (text) => tooLong(text, maxLengths.workflowId),
      select: (id) => (execution) => execution.spec.workflowRef.workflowId === id,
    },
  ],
  ['targetResource', { violation: targetViolation, select: onTarget }],
  [
    'remediationRequest',
    {
      violation: (text) => (isName(text, dnsSubdomain) ? undefined : dnsSubdomain.message),
      select: (name) => (execution) => execution.spec.remediationRequestRef.name === name,
    },
  ],
  [
    'labelSelector',
    {
      violation: (text) => tooLong(text, maxLengths.labelSelector) ?? selectorViolation(text),
      select: (text) => withLabels(parseLabelSelector(text)),
    },
  ],
  ['createdAfter', { violation: timeViolation, select: (text) => createdWithin(Date.parse(text), Infinity) }],
  ['createdBefore', { violation: timeViolation, select: (text) => createdWithin(-Infinity, Date.parse(text)) }],
];

/**
 * The predicate of a filter.
 *
 * @throws ApiError InvalidArgument with every invalid field
 */
export function filterPredicate(filter: ListFilter, targets: CanonicalTargets): Predicate {
  const violations = violationsOf(filter);
  if (violations.length > 0) throw invalidArgument(violations);
  const predicates = predicatesOf(filter, targets);
  return (execution) => predicates.every((matches) => matches(execution));
}

function predicatesOf(filter: ListFilter, targets: CanonicalTargets): Predicate[] {
  const { phases } = filter;
  const ofPhases: Predicate[] = phases.length === 0 ? [] : [(execution) => phases.includes(phaseOf(execution))];
  const ofTexts = texts.flatMap(([field, { select }]) => {
    const text = filter[field];
    return text === undefined ? [] : [select(text, targets)];
  });
  return [...ofPhases, ...ofTexts];
}

function onTarget(text: string, targets: CanonicalTargets): Predicate {
  const target = targets.canonical(text);
  return (execution) => targets.targetOf(execution) === target;
}

function withLabels(matches: LabelSelector): Predicate {
  return ({ metadata }) => matches(metadata.labels ?? {});
}

/** From a time, inclusive, to another one, exclusive; in milliseconds since 1970. */
function createdWithin(from: number, to: number): Predicate {
  return ({ metadata }) => {
    const created = Date.parse(metadata.creationTimestamp);
    return created >= from && created < to;
  };
}

function violationsOf(filter: ListFilter): FieldViolation[] {
  return texts.flatMap(([field, { violation }]) => {
    const text = filter[field];
    const message = text === undefined ? undefined : violation(text);
    return message === undefined ? [] : [{ path: [field], message }];
  });
}

function tooLong(text: string, maxLength: number): string | undefined {
  return text.length > maxLength ? `must be at most ${maxLength} characters long` : undefined;
}

function targetViolation(text: string): string | undefined {
  return tooLong(text, targetRule.maxLength) !== undefined || parseTargetResource(text) === undefined
    ? targetRule.message
    : undefined;
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

function timeViolation(text: string): string | undefined {
  return parseTimestamp(text) === undefined ? 'must be a time as in RFC 3339' : undefined;
}
