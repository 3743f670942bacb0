import { Logger } from '@nestjs/common';
import { recordOf, stringOf } from '../../kubernetes/json.ts';
import { activeRecordingSpan, setErrorStatus } from '../../tracing/tracer.ts';
import { logFields } from '../../workflow-execution/execution.ts';
import type { ApiError } from '../errors/api-error.ts';
import { errorTable } from '../errors/error-table.ts';
import { toApiError } from '../errors/to-api-error.ts';

/** Where a call failed, for the log. */
export interface FailedCall {
  /** Route parameters or request message, which may name the execution. */
  readonly parameters?: unknown;
  readonly method?: string;
  readonly url?: string;
}

const logger = new Logger('ExecutionApi');

/**
 * The error to answer for anything thrown. Records it on the span of the call, and logs it if it is unexpected.
 */
export function failCall(thrown: unknown, { parameters, ...fields }: FailedCall): ApiError {
  const error = toApiError(thrown);
  const span = activeRecordingSpan();
  // Errors of the client do not fail the span.
  if (span !== undefined && errorTable[error.code].http >= 500) setErrorStatus(span, error.cause ?? error);
  span?.setAttribute('error.type', error.code);
  if (error.code === 'Internal') {
    logger.error({ ...logFieldsOf(parameters), ...fields, err: error.cause, msg: error.message });
  }
  return error;
}

/** Log fields of the execution that a call names, if it names one. */
function logFieldsOf(parameters: unknown): object {
  const { namespace, name } = recordOf(parameters);
  const requested = stringOf(name);
  return requested === undefined
    ? {}
    : logFields(parseResourceName(requested) ?? { namespace: stringOf(namespace), name: requested });
}

/** gRPC names an execution `namespaces/NAMESPACE/workflowExecutions/NAME`. */
function parseResourceName(resourceName: string): { namespace: string; name: string } | undefined {
  const [, namespace, , name] = resourceName.split('/');
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
