import { applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
} from '@nestjs/swagger';
import { ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ApiError, invalidField } from '../errors/api-error.ts';
import { errorTable } from '../errors/error-table.ts';
import type { ErrorCode } from '../errors/error-table.ts';
import { CreateWorkflowExecutionDto } from '../executions/create-workflow-execution.dto.ts';
import { createExample } from '../executions/examples.ts';
import { ProblemDto } from './problem.dto.ts';
import { toProblem } from './problem.ts';
import { NoBody } from '../executions/queries.dto.ts';
import { WorkflowExecutionDto, WorkflowExecutionListDto } from '../resource/workflow-execution.dto.ts';

type Describes = () => ClassDecorator & MethodDecorator;

/** Describes what every operation on executions has. */
export const DescribesExecutions: Describes = () =>
  applyDecorators(
    ApiTags('Workflow executions'),
    ApiExtraModels(ProblemDto),
    ApiBearerAuth(),
    ...problems(
      [
        'Unauthenticated',
        'There is no bearer token, or none that the cluster knows and that is made for this service.',
      ],
      ['PermissionDenied', 'The caller may not do this in the namespace.'],
      ['InvalidArgument', 'Fields or parameters break their rules; `errors` names each of them.'],
      ['RequestTimeout', 'The headers, or the whole request, took too long to arrive.'],
      ['HeadersTooLarge', 'The request line and the headers are larger than 16 KiB.'],
      ['ResourceExhausted', 'Too many requests; Retry-After says how long to wait.'],
      ['Internal', 'The service failed; its log says why.'],
      [
        'Unavailable',
        'The cluster is out of reach, or this replica has just started; Retry-After says how long to wait.',
      ],
    ),
  );

/** Describes the creation of an execution. */
export const DescribesCreate: Describes = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'createWorkflowExecution',
      summary: 'Create an execution',
      description:
        'The execution is skipped if its target is busy. With `requestId` the call can be repeated after any failure.',
    }),
    ApiBody({
      type: CreateWorkflowExecutionDto,
      examples: { remediation: { summary: 'Remediate a deployment', value: createExample } },
    }),
    ApiCreatedResponse({
      description: 'The execution as it was stored, with the defaults of the cluster.',
      type: WorkflowExecutionDto,
      headers: {
        Location: {
          description: 'Where the execution is found; absent when it was only validated.',
          schema: { type: 'string' },
        },
      },
    }),
    ...problems(
      [
        'PermissionDenied',
        'The caller may not do this in the namespace, or admission control or a quota of the cluster refuses it.',
      ],
      ['NotFound', 'The namespace does not exist.'],
      [
        'AlreadyExists',
        'An execution of that name exists, the request id was used for another request, or the namespace is being deleted.',
      ],
      ['TooLarge', 'The body is larger than 1 MiB.'],
      ['UnsupportedMediaType', 'The body is not application/json.'],
    ),
  );

/** Describes the reading of one execution. */
export const DescribesGet: Describes = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'getWorkflowExecution',
      summary: 'Read an execution',
      description:
        'As this replica knows it, which has watched it a moment ago; what it does not know it reads from the cluster.',
    }),
    ApiOkResponse({ description: 'The execution.', type: WorkflowExecutionDto }),
    ...problems(['NotFound', 'There is no such execution.']),
  );

/** Describes the cancellation of an execution. */
export const DescribesCancel: Describes = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'cancelWorkflowExecution',
      summary: 'Cancel an execution',
      description:
        'What has not started never will, and what runs is stopped. Its `finally` tasks are run, unless the mode is ' +
        '`Immediate`, which also ends those that have begun. The answer is the execution as it is then; its phase tells ' +
        'when it has ended. Calling again changes nothing, but for asking for the immediate mode.',
    }),
    ApiBody({ type: NoBody, required: false, description: 'Nothing, or an empty object.' }),
    ApiOkResponse({ description: 'The execution that is asked to end.', type: WorkflowExecutionDto }),
    ...problems(
      ['NotFound', 'There is no such execution.'],
      ['FailedPrecondition', 'The execution has ended already, other than by being cancelled.'],
      ['TooLarge', 'The body is larger than 1 MiB.'],
      ['UnsupportedMediaType', 'The body is not application/json.'],
    ),
  );

/** Describes the deletion of an execution. */
export const DescribesDelete: Describes = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'deleteWorkflowExecution',
      summary: 'Delete an execution',
      description:
        'An execution that runs is stopped first; it is there, with a `deletionTimestamp`, until its PipelineRun is gone.',
    }),
    ApiOkResponse({ description: 'Its last known state.', type: WorkflowExecutionDto }),
    ...problems(
      ['NotFound', 'There is no such execution.'],
      ['Aborted', 'Its uid or resource version is another one than the given.'],
    ),
  );

/** Describes a list of executions. */
export const DescribesList: Describes = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'listWorkflowExecutions',
      summary: 'List executions',
      description:
        'The newest first. Walking the pages with `continue` neither skips nor repeats an execution that exists all ' +
        'the while. What the same server has answered to a create is in its next list; with `minResourceVersion`, what ' +
        'any server has answered. Of the filters that are given all have to match.',
    }),
    ApiOkResponse({ description: 'One page of executions.', type: WorkflowExecutionListDto }),
    ...problems(['PositionExpired', 'The cluster has no such resource version.']),
  );

/** The error responses of an operation, as application/problem+json. */
export function problems(...responses: readonly (readonly [code: ErrorCode, description: string])[]) {
  return responses.map(([code, description]) =>
    ApiResponse({
      status: errorTable[code].http,
      description,
      ...(retried.has(code) ? { headers: retryAfter } : {}),
      content: {
        'application/problem+json': {
          schema: { $ref: getSchemaPath(ProblemDto) },
          example: toProblem(exampleOf(code, description), '/api/v1/namespaces/payment/workflowexecutions'),
        },
      },
    }),
  );
}

const retried: ReadonlySet<ErrorCode> = new Set(['ResourceExhausted', 'Unavailable']);

const retryAfter = {
  'Retry-After': { description: 'Seconds to wait before the next try.', schema: { type: 'integer' } },
} as const;

function exampleOf(code: ErrorCode, description: string): ApiError {
  return code === 'InvalidArgument'
    ? invalidField(['spec', 'workflowRef', 'version'], 'must be 1 to 128 characters long')
    : new ApiError(code, description);
}
