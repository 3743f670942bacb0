import { ApiProperty } from '@nestjs/swagger';
import { dnsLabel, dnsSubdomain } from './names.ts';
import { IsText } from '../validation/validators.ts';

const namespaceProperty = {
  pattern: dnsLabel.pattern.source,
  maxLength: dnsLabel.maxLength,
  example: 'default',
} as const;

const allNamespacesOrOne = new RegExp(`^-$|${dnsLabel.pattern.source}`);

/** Path of the executions of one namespace. */
export class NamespaceParameters {
  @ApiProperty({ ...namespaceProperty, description: 'Namespace of the executions.' })
  @IsText(dnsLabel)
  namespace: string;
}

/** Path of the executions of one or all namespaces. */
export class NamespacesParameters {
  @ApiProperty({
    ...namespaceProperty,
    pattern: allNamespacesOrOne.source,
    description: "Namespace of the executions, or '-' for all namespaces.",
  })
  @IsText({ ...dnsLabel, pattern: allNamespacesOrOne, message: `${dnsLabel.message}, or '-' for all namespaces` })
  namespace: string;
}

/** Path of one execution. */
export class ExecutionParameters extends NamespaceParameters {
  @ApiProperty({
    description: 'Name of the execution.',
    pattern: dnsSubdomain.pattern.source,
    maxLength: dnsSubdomain.maxLength,
    example: 'we-pod-crash-f8a3b9c2',
  })
  @IsText(dnsSubdomain)
  name: string;
}
