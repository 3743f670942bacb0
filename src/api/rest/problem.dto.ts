import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** One field that broke a rule. */
@ApiSchema({ name: 'ProblemError' })
export class ProblemErrorDto {
  @ApiProperty({ description: 'Path of the field, or name of the parameter.', example: 'spec.workflowRef.version' })
  field: string;

  @ApiProperty({ description: 'The rule that it broke.', example: 'must be 1 to 128 characters long' })
  message: string;
}

/** What an error is about. */
@ApiSchema({ name: 'ProblemResource' })
export class ProblemResourceDto {
  @ApiProperty({
    description: 'Its kind, with its group.',
    maxLength: 317,
    example: 'workflowexecution.kubernaut.ai/WorkflowExecution',
  })
  type: string;

  @ApiProperty({
    description: 'Its resource name, as over gRPC.',
    maxLength: 350,
    example: 'namespaces/payment/workflowExecutions/we-pod-crash-f8a3b9c2',
  })
  name: string;
}

/** What has to be changed before the request can succeed. */
@ApiSchema({ name: 'ProblemPrecondition' })
export class ProblemPreconditionDto {
  @ApiProperty({ description: 'The class of it, for programs.', maxLength: 63, example: 'EXECUTION_FINISHED' })
  type: string;

  @ApiProperty({
    description: 'Resource name of what it is about.',
    maxLength: 350,
    example: 'namespaces/payment/workflowExecutions/we-pod-crash-f8a3b9c2',
  })
  subject: string;

  @ApiProperty({
    description: 'What is in the way, or what to do about it.',
    example: 'It is Completed, and an execution that has ended can not be cancelled.',
  })
  description: string;
}

/** An error, as https://www.rfc-editor.org/rfc/rfc9457 has it. */
@ApiSchema({ name: 'Problem' })
export class ProblemDto {
  @ApiProperty({
    description: 'Identifies the kind of error for programs.',
    format: 'uri',
    example: 'urn:kubernaut:workflowexecution:problem:invalid-argument',
  })
  type: string;

  @ApiProperty({ description: 'The kind of error in short words.', example: 'The request breaks a rule' })
  title: string;

  @ApiProperty({ type: 'integer', description: 'The HTTP status.', minimum: 400, maximum: 599, example: 400 })
  status: number;

  @ApiProperty({
    description: 'This error in a sentence.',
    example: 'spec.workflowRef.version: must be 1 to 128 characters long',
  })
  detail: string;

  @ApiProperty({
    required: false,
    description: 'The address that was asked; absent when the request could not be read.',
    format: 'uri-reference',
    example: '/api/v1/namespaces/payment/workflowexecutions',
  })
  instance?: string;

  @ApiProperty({
    type: () => [ProblemErrorDto],
    required: false,
    maxItems: 50,
    description: 'The fields that broke a rule, when that is what went wrong: the first 50 of them.',
  })
  errors?: ProblemErrorDto[];

  @ApiProperty({
    type: 'integer',
    required: false,
    minimum: 51,
    description: 'How many fields broke a rule, when `errors` does not have all of them.',
  })
  errorCount?: number;

  @ApiProperty({ type: () => ProblemResourceDto, required: false, description: 'What the error is about.' })
  resource?: ProblemResourceDto;

  @ApiProperty({
    type: () => ProblemPreconditionDto,
    required: false,
    description: 'What has to be changed before the request can succeed.',
  })
  precondition?: ProblemPreconditionDto;

  @ApiProperty({
    type: 'number',
    required: false,
    minimum: 0,
    description: 'Seconds to wait before the next try. The header Retry-After says it in whole seconds.',
    example: 1,
  })
  retryAfter?: number;
}
