import { maxViolations } from '../../config/limits.ts';
import { truncate } from '../../workflow-execution/text.ts';
import type { ErrorCode } from './error-table.ts';

/** Characters of a path element and of a rule; those given by others may have any length. */
const maxLengths = { part: 128, message: 512 } as const;

/** A field that breaks a rule. */
export interface FieldViolation {
  /** Field names as in the resource (`spec`, `workflowRef`, `version`), or a parameter. Each transport spells them its way. */
  readonly path: readonly string[];
  /** The rule, to follow the field's name: `must be at most 63 characters long`. */
  readonly message: string;
}

/** The resource of an error. */
export interface AffectedResource {
  /** Kind with its group, `workflowexecution.kubernaut.ai/WorkflowExecution`; a core kind has no group. */
  readonly type: string;
  /** Resource name in the style of https://google.aip.dev/122. */
  readonly name: string;
}

/** What must change before the request can succeed. */
export interface UnmetPrecondition {
  /** Machine-readable: `NAMESPACE_TERMINATING`. */
  readonly type: string;
  /** Resource name. */
  readonly subject: string;
  readonly description: string;
}

/** Machine-readable details of an error. */
export interface ErrorDetails {
  /** The first {@link maxViolations}. */
  readonly violations?: readonly FieldViolation[];
  /** Number of violations, if there are more. */
  readonly violationCount?: number;
  readonly resource?: AffectedResource;
  readonly precondition?: UnmetPrecondition;
  /** Time before the next attempt, in milliseconds. */
  readonly retryAfterMs?: number;
}

/**
 * An error of the execution API. The error table maps its code to both transports. Message and details are for the
 * caller; the cause is for the log.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** InvalidArgument with the first {@link maxViolations} violations. */
export function invalidArgument(all: readonly FieldViolation[], options?: ErrorOptions): ApiError {
  const violations = all.slice(0, maxViolations).map(boundedViolation);
  const details = { violations, ...(all.length > maxViolations ? { violationCount: all.length } : {}) };
  return new ApiError(
    'InvalidArgument',
    summaryOf(details, (path) => path.join('.')),
    details,
    options,
  );
}

/** A violation of limited length. */
export function boundedViolation({ path, message }: FieldViolation): FieldViolation {
  return {
    path: path.map((part) => truncate(part, maxLengths.part)),
    message: truncate(message, maxLengths.message),
  };
}

/** InvalidArgument with one violation. */
export function invalidField(path: readonly string[], message: string): ApiError {
  return invalidArgument([{ path, message }]);
}

/**
 * The first violation and the number of others.
 *
 * @param spell formats the path of a field
 * @param fit truncates the text
 */
export function summaryOf(
  { violations = [], violationCount = violations.length }: ErrorDetails,
  spell: (path: readonly string[]) => string,
  fit: (text: string) => string = (text) => text,
): string {
  const [first] = violations;
  if (first === undefined) return 'the request breaks a rule';
  const field = first.path.length === 0 ? 'the request' : spell(first.path);
  const more = violationCount > 1 ? ` (and ${violationCount - 1} more)` : '';
  return `${fit(`${field}: ${first.message}`)}${more}`;
}
