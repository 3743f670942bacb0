import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { allNamespaces, dnsLabel, dnsSubdomain } from './names.ts';
import { IsText, Optional } from '../validation/validators.ts';

const namespaceProperty = {
  pattern: dnsLabel.pattern.source,
  maxLength: dnsLabel.maxLength,
  example: 'default',
} as const;

/** Path of the executions of one namespace. */
export class NamespaceParameters {
  @ApiProperty({ ...namespaceProperty, description: 'Namespace of the executions.' })
  @IsText(dnsLabel)
  namespace: string;
}

/** Path of the executions of one namespace, or of all of them if it is undefined. */
export class NamespacesParameters {
  @ApiProperty({
    ...namespaceProperty,
    pattern: `^-$|${dnsLabel.pattern.source}`,
    description: "Namespace of the executions, or '-' for all namespaces.",
  })
  @Transform(({ value }: { value: unknown }) => (value === allNamespaces ? undefined : value))
  @Optional()
  @IsText({ ...dnsLabel, message: `${dnsLabel.message}, or '-' for all namespaces` })
  namespace?: string;
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
