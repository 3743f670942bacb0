import { ApiProperty } from '@nestjs/swagger';
import { IsText, Optional, type TextRule } from './validators.ts';

/** The rule of a text parameter, and its format in the OpenAPI document. */
export interface QueryRule extends Pick<TextRule, 'maxLength' | 'pattern' | 'message'> {
  readonly format?: string;
}

/** A resource version, or an empty text. */
export const resourceVersionRule = {
  maxLength: 19,
  pattern: /^([1-9][0-9]{0,18})?$/,
  message: 'must be a resource version returned by this service',
} as const;

/** Documents and validates an optional query parameter. It has no example, because Swagger UI would fill that in. */
export function OptionalQuery(description: string, { format, ...rule }: QueryRule): PropertyDecorator {
  const { maxLength, pattern } = rule;
  const schema = { type: 'string', required: false, description, maxLength, format, pattern: pattern?.source } as const;
  return (target, property) => {
    ApiProperty(schema)(target, property);
    Optional()(target, property);
    IsText({ ...rule, typeMessage: 'must be given once' })(target, property);
  };
}
