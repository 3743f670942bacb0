import { cut } from '../../workflow-execution/text.ts';
import type { ErrorCode } from './error-table.ts';

/** The most violations that an error lists; a request can break a rule in any number of fields. */
const maxViolations = 50;

/** Characters of the longest part of a path, and of the longest rule: keys and texts of others can have any length. */
const maxLengths = { part: 128, message: 512 } as const;

/** One field that broke a rule. */
export interface FieldViolation {
  /**
   * Where the field is: names of the resource as Kubernetes spells them (`spec`, `workflowRef`, `version`), or the name of
   * a parameter. Each transport shows it in its own spelling.
   */
  readonly path: readonly string[];
  /** The rule, in words that follow the field's name: `must be at most 63 characters long`. */
  readonly message: string;
}

/** What an error is about. */
export interface AffectedResource {
  /** Kind with its group, `workflowexecution.kubernaut.ai/WorkflowExecution`; a core kind stands alone. */
  readonly type: string;
  /** Resource name in the style of https://google.aip.dev/122. */
  readonly name: string;
}

/** Something that has to be changed before the request can succeed. */
export interface UnmetPrecondition {
  /** The class of it, for programs: `NAMESPACE_TERMINATING`. */
  readonly type: string;
  /** Resource name of what it is about. */
  readonly subject: string;
  readonly description: string;
}

/** What an error tells programs beside its code. */
export interface ErrorDetails {
  /** The first {@link maxViolations}. */
  readonly violations?: readonly FieldViolation[];
  /** How many violations there are, when that is more. */
  readonly violationCount?: number;
  readonly resource?: AffectedResource;
  readonly precondition?: UnmetPrecondition;
  /** The least time to wait before the next try, in milliseconds. */
  readonly retryAfterMs?: number;
}

/**
 * Any error that the execution API answers with. Its code's row in the error table says how each transport shows it; the
 * message and details are for the caller and hold nothing that the caller may not know. The cause is for the log.
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

/** The request breaks rules; the fields that do are named, the first {@link maxViolations} of them. */
export function invalidArgument(all: readonly FieldViolation[], options?: ErrorOptions): ApiError {
  const violations = all.slice(0, maxViolations).map(({ path, message }) => ({
    path: path.map((part) => cut(part, maxLengths.part)),
    message: cut(message, maxLengths.message),
  }));
  const details = { violations, ...(all.length > maxViolations ? { violationCount: all.length } : {}) };
  return new ApiError(
    'InvalidArgument',
    summaryOf(details, (path) => path.join('.')),
    details,
    options,
  );
}

/** One field breaks one rule. */
export function invalidField(path: readonly string[], message: string): ApiError {
  return invalidArgument([{ path, message }]);
}

/**
 * The first broken rule in a sentence, and how many more there are.
 *
 * @param spell writes the path of a field
 * @param fit cuts the sentence
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
