import type { ApiError } from '../errors/api-error.ts';
import { errorTable, problemType } from '../errors/error-table.ts';
import type { ProblemDto } from './problem.dto.ts';

/** The error as https://www.rfc-editor.org/rfc/rfc9457 has it. `instance` is the address that was asked, where it is known. */
export function toProblem({ code, message, details }: ApiError, instance?: string): ProblemDto {
  const { violations = [], violationCount = 0, resource, precondition, retryAfterMs } = details;
  const errors = violations.map(({ path, message: rule }) => ({ field: path.join('.'), message: rule }));
  return {
    type: problemType(code),
    title: errorTable[code].title,
    status: errorTable[code].http,
    detail: message,
    ...(instance === undefined ? {} : { instance }),
    ...(details.violations === undefined ? {} : { errors }),
    ...(violationCount > errors.length ? { errorCount: violationCount } : {}),
    ...(resource === undefined ? {} : { resource }),
    ...(precondition === undefined ? {} : { precondition }),
    ...(retryAfterMs === undefined ? {} : { retryAfter: retryAfterMs / 1_000 }),
  };
}
