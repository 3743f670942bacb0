import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { sizeText } from '../../config/limits.ts';
import { httpLimits } from '../../connections/http-limits.ts';
import { ApiError, invalidField } from '../errors/api-error.ts';
import { errorTable } from '../errors/error-table.ts';
import type { ErrorCode } from '../errors/error-table.ts';
import { ProblemDto, toProblem } from './problem.dto.ts';

/** Tag, authentication and common errors of all operations in the OpenAPI document. */
export const ApiExecutions = () =>
  applyDecorators(
    ApiTags('Workflow executions'),
    ApiExtraModels(ProblemDto),
    ApiBearerAuth(),
    ...problemResponses(
      ['Unauthenticated', 'The bearer token is missing, unknown to the cluster, or issued for another audience.'],
      ['PermissionDenied', 'The caller lacks the permission in the namespace.'],
      ['InvalidArgument', 'Fields or parameters are invalid; `errors` names each of them.'],
      ['RequestTimeout', 'The headers, or the whole request, took too long to arrive.'],
      ['HeadersTooLarge', `The request line and the headers are larger than ${sizeText(httpLimits.maxHeaderBytes)}.`],
      ['ResourceExhausted', 'Too many requests; Retry-After has the time to wait.'],
      ['Internal', 'The service failed; see its log.'],
      [
        'Unavailable',
        'The cluster cannot be reached, or this replica has just started; Retry-After has the time to wait.',
      ],
    ),
  );

/** Error responses of an operation, as application/problem+json, in the OpenAPI document. */
export function problemResponses(...responses: readonly (readonly [code: ErrorCode, description: string])[]) {
  return responses.map(([code, description]) =>
    ApiResponse({
      status: errorTable[code].http,
      description,
      ...(retryable.has(code) ? { headers: retryAfter } : {}),
      content: {
        'application/problem+json': {
          schema: { $ref: getSchemaPath(ProblemDto) },
          example: toProblem(exampleOf(code, description), '/api/v1/namespaces/payment/workflowexecutions'),
        },
      },
    }),
  );
}

const retryable: ReadonlySet<ErrorCode> = new Set(['ResourceExhausted', 'Unavailable']);

const retryAfter = {
  'Retry-After': { description: 'Seconds to wait before the next attempt.', schema: { type: 'integer' } },
} as const;

function exampleOf(code: ErrorCode, description: string): ApiError {
  return code === 'InvalidArgument'
    ? invalidField(['spec', 'workflowRef', 'version'], 'must be 1 to 128 characters long')
    : new ApiError(code, description);
}
