import type { ErrorCode } from './error-table.ts';

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
  readonly violations?: readonly FieldViolation[];
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

/** The request breaks rules; every field that does is named. */
export function invalidArgument(violations: readonly FieldViolation[], options?: ErrorOptions): ApiError {
  const message = summaryOf(violations, (path) => path.join('.'));
  return new ApiError('InvalidArgument', message, { violations }, options);
}

/** One field breaks one rule. */
export function invalidField(path: readonly string[], message: string): ApiError {
  return invalidArgument([{ path, message }]);
}

/** The first broken rule in a sentence, and how many more there are. `spell` writes the path of a field. */
export function summaryOf(violations: readonly FieldViolation[], spell: (path: readonly string[]) => string): string {
  const [first, ...more] = violations;
  if (first === undefined) return 'the request breaks a rule';
  const field = first.path.length === 0 ? 'the request' : spell(first.path);
  return `${field}: ${first.message}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
}
