import { maxViolations } from '../../config/limits.ts';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { ApiError } from '../errors/api-error.ts';
import { errorTable, problemType } from '../errors/error-table.ts';

/** One invalid field. */
@ApiSchema({ name: 'ProblemError' })
export class ProblemErrorDto {
  @ApiProperty({ description: 'Path of the field, or name of the parameter.', example: 'spec.workflowRef.version' })
  field: string;

  @ApiProperty({ description: 'The rule that it violates.', example: 'must be 1 to 128 characters long' })
  message: string;
}

/** The resource of an error. */
@ApiSchema({ name: 'ProblemResource' })
export class ProblemResourceDto {
  @ApiProperty({
    description: 'Kind and group.',
    maxLength: 317,
    example: 'workflowexecution.kubernaut.ai/WorkflowExecution',
  })
  type: string;

  @ApiProperty({
    description: 'Resource name, as over gRPC.',
    maxLength: 350,
    example: 'namespaces/payment/workflowExecutions/we-pod-crash-f8a3b9c2',
  })
  name: string;
}

/** A precondition that is not met. */
@ApiSchema({ name: 'ProblemPrecondition' })
export class ProblemPreconditionDto {
  @ApiProperty({
    description: 'Machine-readable type of the precondition.',
    maxLength: 63,
    example: 'EXECUTION_FINISHED',
  })
  type: string;

  @ApiProperty({
    description: 'Resource name of its subject.',
    maxLength: 350,
    example: 'namespaces/payment/workflowExecutions/we-pod-crash-f8a3b9c2',
  })
  subject: string;

  @ApiProperty({
    description: 'Why it is not met, or what to do about it.',
    example: 'It is Completed, and an execution that has ended cannot be canceled.',
  })
  description: string;
}

/** An error over REST (RFC 9457). */
@ApiSchema({ name: 'Problem' })
export class ProblemDto {
  @ApiProperty({
    description: 'Machine-readable kind of error.',
    format: 'uri',
    example: 'urn:kubernaut:workflowexecution:problem:invalid-argument',
  })
  type: string;

  @ApiProperty({ description: 'Short description of the kind of error.', example: 'The request breaks a rule' })
  title: string;

  @ApiProperty({ type: 'integer', description: 'The HTTP status.', minimum: 400, maximum: 599, example: 400 })
  status: number;

  @ApiProperty({
    description: 'Description of this error.',
    example: 'spec.workflowRef.version: must be 1 to 128 characters long',
  })
  detail: string;

  @ApiProperty({
    required: false,
    description: 'The address of the request; absent if the request could not be read.',
    format: 'uri-reference',
    example: '/api/v1/namespaces/payment/workflowexecutions',
  })
  instance?: string;

  @ApiProperty({
    type: () => [ProblemErrorDto],
    required: false,
    maxItems: maxViolations,
    description: `The first ${maxViolations} invalid fields; absent for other errors.`,
  })
  errors?: ProblemErrorDto[];

  @ApiProperty({
    type: 'integer',
    required: false,
    minimum: 51,
    description: 'Number of invalid fields if `errors` does not have all of them.',
  })
  errorCount?: number;

  @ApiProperty({ type: () => ProblemResourceDto, required: false, description: 'The resource of the error.' })
  resource?: ProblemResourceDto;

  @ApiProperty({
    type: () => ProblemPreconditionDto,
    required: false,
    description: 'The precondition that is not met.',
  })
  precondition?: ProblemPreconditionDto;

  @ApiProperty({
    type: 'number',
    required: false,
    minimum: 0,
    description: 'Seconds to wait before the next attempt; the header Retry-After has whole seconds.',
    example: 1,
  })
  retryAfter?: number;
}

/** Converts an error to a problem. `instance` is the address of the request, if it is known. */
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
