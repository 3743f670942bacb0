import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { maxRequestBytes, sizeText } from '../../config/limits.ts';
import { problemResponses } from '../rest/problem-responses.ts';
import { WorkflowExecutionDto } from '../resource/workflow-execution-resource.ts';
import { CreatedWorkflowExecutionDto } from './create-responses.ts';
import { CreateWorkflowExecutionDto } from './create-workflow-execution.dto.ts';
import { WorkflowExecutionListDto } from './list-responses.ts';
import { NoBody } from './requests.ts';

/** Shown by Swagger UI; it can be sent after image and target are replaced. */
const createExample = {
  metadata: { labels: { team: 'payment' } },
  spec: {
    remediationRequestRef: { name: 'rr-pod-crash-f8a3b9c2' },
    workflowRef: {
      workflowId: 'oomkill-increase-memory',
      version: '1.0.0',
      containerImage: 'quay.io/kubernaut/oomkill:v1.0.0',
    },
    targetResource: 'payment/deployment/payment-api',
    parameters: { NAMESPACE: 'payment', MEMORY_LIMIT: '512Mi' },
    confidence: 0.92,
    rationale: 'The container was killed three times within ten minutes at its memory limit.',
    executionConfig: { timeout: '10m' },
  },
} as const;

const notFound = ['NotFound', 'There is no such execution.'] as const;
const bodyErrors = [
  ['TooLarge', `The body is larger than ${sizeText(maxRequestBytes)}.`],
  ['UnsupportedMediaType', 'The body is not application/json.'],
] as const;

/** Documents the create operation. */
export const ApiCreate = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'createWorkflowExecution',
      summary: 'Create an execution',
      description:
        'The execution is skipped if its target is busy. With `requestId` the call can be repeated after any failure. ' +
        'With `validateOnly` nothing is created: Tekton resolves the bundle, and `preflight` compares the request with its ' +
        'Pipeline.',
    }),
    ApiBody({
      type: CreateWorkflowExecutionDto,
      examples: { remediation: { summary: 'Remediate a deployment', value: createExample } },
    }),
    ApiCreatedResponse({
      description: 'The execution as stored, with the defaults of the cluster.',
      type: CreatedWorkflowExecutionDto,
      headers: {
        Location: {
          description: 'Address of the execution; absent if it was only validated.',
          schema: { type: 'string' },
        },
        Warning: {
          description: 'What the caller should know about the execution, as the API server of Kubernetes writes it.',
          schema: { type: 'string' },
          example: '299 - "parameter MEMORY_LIMT is not declared by the workflow"',
        },
      },
    }),
    ...problemResponses(
      [
        'PermissionDenied',
        'The caller lacks the permission in the namespace, or admission control or a quota rejects the execution.',
      ],
      ['NotFound', 'The namespace does not exist.'],
      [
        'AlreadyExists',
        'An execution of that name exists, the request id was used for another request, or the namespace is being deleted.',
      ],
      ...bodyErrors,
    ),
  );

/** Documents the get operation. */
export const ApiGet = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'getWorkflowExecution',
      summary: 'Read an execution',
      description:
        'Reads from the cache of this replica, which may lag by milliseconds, or from the cluster if the execution is not cached.',
    }),
    ApiOkResponse({ description: 'The execution.', type: WorkflowExecutionDto }),
    ...problemResponses(notFound),
  );

/** Documents the cancel operation. */
export const ApiCancel = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'cancelWorkflowExecution',
      summary: 'Cancel an execution',
      description:
        'A pending execution never starts, and a running one is stopped. Its `finally` tasks run, unless the mode is ' +
        '`Immediate`, which also stops those that have started. The response is the execution after the request; its ' +
        'phase shows when it has ended. Repeating the call has no effect, except for requesting the immediate mode.',
    }),
    ApiBody({ type: NoBody, required: false, description: 'Nothing, or an empty object.' }),
    ApiOkResponse({ description: 'The execution that is being canceled.', type: WorkflowExecutionDto }),
    ...problemResponses(
      notFound,
      ['FailedPrecondition', 'The execution has ended without being canceled.'],
      ...bodyErrors,
    ),
  );

/** Documents the delete operation. */
export const ApiDelete = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'deleteWorkflowExecution',
      summary: 'Delete an execution',
      description:
        'A running execution is stopped first; it exists, with a `deletionTimestamp`, until its PipelineRun is gone.',
    }),
    ApiOkResponse({ description: 'Its last known state.', type: WorkflowExecutionDto }),
    ...problemResponses(notFound, ['Aborted', 'Its uid or resource version differs from the given one.']),
  );

/** Documents the list operation. */
export const ApiList = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'listWorkflowExecutions',
      summary: 'List executions',
      description:
        'Newest first. Pages read with `continue` neither skip nor repeat an execution that exists throughout. A list ' +
        'includes what the same replica has created before; with `minResourceVersion`, what any replica has created. An ' +
        'execution must match all given filters.',
    }),
    ApiOkResponse({ description: 'One page of executions.', type: WorkflowExecutionListDto }),
    ...problemResponses(['PositionExpired', 'The cluster has no such resource version.']),
  );
