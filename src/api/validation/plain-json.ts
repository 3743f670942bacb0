import { cut } from '../../workflow-execution/text.ts';
import { invalidField } from '../errors/api-error.ts';

const unpaired = 'has a surrogate without its other half, which is no character';
const loneSurrogate = `must be Unicode text: it ${unpaired}`;

/**
 * Depth of the deepest field of a WorkflowExecution, `spec.workflowRef.version`, with room for what will come; and the most
 * fields and values in a request: its maps and lists may have 640 (parameters, labels, annotations), the rest has 40.
 */
export const plainLimits = {
  depth: 8,
  tooDeep: 'is nested more than 8 levels deep',
  values: 1_000,
  tooManyValues: 'must not have more than 1000 fields and values in all',
} as const;

/**
 * Refuses what the transformer behind class-validator would not survive or silently leave out: values nested so deeply
 * that recursion ends the process's stack, more values than it handles in a millisecond or two, and keys that name members
 * of every JavaScript object (`constructor`, `toString`, `__proto__`). Refuses lone surrogates as well: the API server
 * would store U+FFFD in place of each.
 *
 * @throws ApiError InvalidArgument naming the field
 */
export function assertPlain(value: unknown): void {
  let left: number = plainLimits.values;
  const assertPart = (part: unknown, path: readonly string[]): void => {
    if (typeof part === 'string' && !part.isWellFormed()) throw invalidField(path, loneSurrogate);
    if (typeof part !== 'object' || part === null) return;
    if (path.length > plainLimits.depth) throw invalidField(path, plainLimits.tooDeep);
    const entries = Object.entries(part);
    left -= entries.length;
    if (left < 0) throw invalidField([], plainLimits.tooManyValues);
    for (const [key, child] of entries) {
      if (!key.isWellFormed())
        throw invalidField(path, `must have no such key as '${cut(key, 80).toWellFormed()}': it ${unpaired}`);
      if (key in Object.prototype) throw invalidField([...path, key], 'is not a known field');
      assertPart(child, [...path, key]);
    }
  };
  assertPart(value, []);
}
