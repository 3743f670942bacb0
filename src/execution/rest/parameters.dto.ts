import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches, MaxLength } from 'class-validator';
import { pageSizes } from '../listing.ts';
import { dnsLabel, dnsSubdomain } from '../names.ts';
import { Optional } from '../validation/optional.ts';

const namespaceProperty = {
  pattern: dnsLabel.pattern.source,
  maxLength: dnsLabel.maxLength,
  example: 'default',
} as const;

const allNamespacesOrOne = new RegExp(`^-$|${dnsLabel.pattern.source}`);

/** The address of the executions of one namespace. */
export class NamespaceParameters {
  @ApiProperty({ ...namespaceProperty, description: 'Namespace of the executions.' })
  @Matches(dnsLabel.pattern, { message: dnsLabel.message })
  @MaxLength(dnsLabel.maxLength, { message: dnsLabel.message })
  namespace: string;
}

/** The address of the executions of one namespace, or of all. */
export class NamespacesParameters {
  @ApiProperty({
    ...namespaceProperty,
    pattern: allNamespacesOrOne.source,
    description: "Namespace of the executions, or '-' for all namespaces.",
  })
  @Matches(allNamespacesOrOne, { message: `${dnsLabel.message}, or '-' for all namespaces` })
  @MaxLength(dnsLabel.maxLength, { message: dnsLabel.message })
  namespace: string;
}

/** The address of one execution. */
export class ExecutionParameters extends NamespaceParameters {
  @ApiProperty({
    description: 'Name of the execution.',
    pattern: dnsSubdomain.pattern.source,
    maxLength: dnsSubdomain.maxLength,
    example: 'we-pod-crash-f8a3b9c2',
  })
  @Matches(dnsSubdomain.pattern, { message: dnsSubdomain.message })
  @MaxLength(dnsSubdomain.maxLength, { message: dnsSubdomain.message })
  name: string;
}

/** What may stand after the question mark of an operation that takes nothing there. */
export class NoQuery {}

/** Which page of a list. */
export class ListQuery {
  @ApiProperty({
    type: 'integer',
    description: `The most executions to answer with; more than ${pageSizes.max} is taken as ${pageSizes.max}, and 0 as ${pageSizes.default}.`,
    required: false,
    minimum: 0,
    default: pageSizes.default,
  })
  @Optional()
  @Matches(/^\d{1,9}$/, { message: 'must be a whole number from 0 to 999999999' })
  limit?: string;

  @ApiProperty({
    type: 'string',
    description: 'metadata.continue of the page before; left out for the first page.',
    required: false,
  })
  @Optional()
  @IsString({ message: 'must be given once' })
  @MaxLength(2048, { message: 'must be a token that a list gave out' })
  continue?: string;
}
