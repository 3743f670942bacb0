import { cut } from '../../workflow-execution/text.ts';
import { invalidField } from '../errors/api-error.ts';

/**
 * Limits of a request. The deepest field of a WorkflowExecution is `spec.workflowRef.version`; its maps and lists may have
 * 640 entries, and it has 40 other fields.
 */
export const plainJsonLimits = {
  depth: 8,
  tooDeep: 'is nested more than 8 levels deep',
  values: 1_000,
  tooManyValues: 'must not have more than 1000 fields and values in all',
} as const;

const loneSurrogate = 'has a surrogate without its other half, which is no character';

/**
 * Refuses values that class-transformer fails on or silently drops: deep nesting overflows its stack, many values hold the
 * event loop, and keys of `Object.prototype` (`constructor`, `__proto__`) are dropped. Refuses lone surrogates, which the
 * API server replaces by U+FFFD.
 *
 * @throws ApiError InvalidArgument naming the field
 */
export function assertPlainJson(value: unknown): void {
  let left: number = plainJsonLimits.values;
  const assertPart = (part: unknown, path: readonly string[]): void => {
    if (typeof part === 'string' && !part.isWellFormed()) {
      throw invalidField(path, `must be Unicode text: it ${loneSurrogate}`);
    }
    if (typeof part !== 'object' || part === null) return;
    if (path.length > plainJsonLimits.depth) throw invalidField(path, plainJsonLimits.tooDeep);
    const entries = Object.entries(part);
    left -= entries.length;
    if (left < 0) throw invalidField([], plainJsonLimits.tooManyValues);
    for (const [key, child] of entries) {
      if (!key.isWellFormed()) {
        throw invalidField(path, `must have no such key as '${cut(key, 80).toWellFormed()}': it ${loneSurrogate}`);
      }
      if (key in Object.prototype) throw invalidField([...path, key], 'is not a known field');
      assertPart(child, [...path, key]);
    }
  };
  assertPart(value, []);
}
