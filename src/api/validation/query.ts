import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean } from 'class-validator';
import { parseTimestamp } from '../../workflow-execution/timestamp.ts';
import { IsText, Optional, type TextRule } from './validators.ts';

/** The rule of a text parameter, and its format in the OpenAPI document. */
export interface QueryRule extends TextRule {
  readonly format?: string;
}

/** A resource version. */
export const resourceVersionRule = {
  maxLength: 19,
  pattern: /^[1-9][0-9]{0,18}$/,
  message: 'must be a resource version returned by this service',
} as const;

/** An RFC 3339 time. */
export const timeRule: QueryRule = {
  maxLength: 64,
  format: 'date-time',
  violation: (text) => (parseTimestamp(text) === undefined ? 'must be a time as in RFC 3339' : undefined),
};

/**
 * Documents and validates an optional query parameter. An empty one is refused: as if it were absent, it would select or
 * delete more than intended. It has no example, because Swagger UI would fill that in.
 */
export function OptionalQuery(description: string, { format, ...others }: QueryRule): PropertyDecorator {
  const rule = { minLength: 1, ...others };
  const { minLength, maxLength, pattern } = rule;
  return applyDecorators(
    ApiProperty({
      ...{ type: 'string', required: false, description, minLength, maxLength, format },
      pattern: pattern?.source,
    }),
    Optional(),
    IsText({ ...rule, typeMessage: 'must be given once' }),
  );
}

/** Documents and validates an optional boolean query parameter. */
export function OptionalFlag(description: string): PropertyDecorator {
  const values = new Map<unknown, boolean>([
    ['true', true],
    ['false', false],
  ]);
  return applyDecorators(
    ApiProperty({ type: 'boolean', required: false, default: false, description }),
    Transform(({ value }: { value: unknown }) => values.get(value) ?? value),
    IsBoolean({ message: 'must be true or false' }),
  );
}
