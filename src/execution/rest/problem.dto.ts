import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** One field that broke a rule. */
@ApiSchema({ name: 'ProblemError' })
export class ProblemErrorDto {
  @ApiProperty({ description: 'Path of the field, or name of the parameter.', example: 'spec.workflowRef.version' })
  field: string;

  @ApiProperty({ description: 'The rule that it broke.', example: 'must be 1 to 128 characters long' })
  message: string;
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

  @ApiProperty({ type: 'integer', description: 'The HTTP status.', example: 400 })
  status: number;

  @ApiProperty({
    description: 'This error in a sentence.',
    example: 'spec.workflowRef.version: must be 1 to 128 characters long',
  })
  detail: string;

  @ApiProperty({
    description: 'The address that was asked.',
    format: 'uri-reference',
    example: '/api/v1/namespaces/payment/workflowexecutions',
  })
  instance: string;

  @ApiProperty({
    type: () => [ProblemErrorDto],
    required: false,
    description: 'Every field that broke a rule, when that is what went wrong.',
  })
  errors?: ProblemErrorDto[];
}
