import { ValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata, Type } from '@nestjs/common';
import { invalidArgument, invalidField } from '../errors/api-error.ts';
import { assertPlain } from './plain-json.ts';
import { toViolations } from './violations.ts';

/**
 * Holds what comes in to the rules of its DTO class: every field that is not one of the class is refused by name, and no
 * value is converted to another type. Both transports use it.
 *
 * @throws ApiError InvalidArgument with every field that broke a rule
 */
export class RequestValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      exceptionFactory: (errors) => invalidArgument(toViolations(errors)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (Array.isArray(value)) throw invalidField([], 'must be an object, not a list');
    if (metadata.type === 'body' && value !== undefined && (typeof value !== 'object' || value === null)) {
      throw invalidField([], 'must be an object');
    }
    assertPlain(value);
    return super.transform(value, metadata);
  }

  /** The value as an instance of a DTO class, for what does not come in as one. */
  async validated<T extends object>(type: Type<T>, value: object): Promise<T> {
    const instance = await this.transform(value, { type: 'body', metatype: type });
    if (instance instanceof type) return instance;
    throw new Error(`validation did not make a ${type.name}`);
  }
}
