import { cut } from '../../workflow-execution/text.ts';
import { invalidField } from '../errors/api-error.ts';

const unpaired = 'has a surrogate without its other half, which is no character';
const loneSurrogate = `must be Unicode text: it ${unpaired}`;

/** Depth of the deepest field of a WorkflowExecution, `spec.workflowRef.version`, with room for what will come. */
const maxDepth = 8;

/** The most fields and values in a request: its maps may have 576 entries (parameters, labels, annotations), the rest 40. */
const maxValues = 1_000;

/**
 * Refuses what the transformer behind class-validator would not survive or silently leave out: values nested so deeply
 * that recursion ends the process's stack, more values than it handles in a millisecond or two, and keys that name members
 * of every JavaScript object (`constructor`, `toString`, `__proto__`). Refuses lone surrogates as well: the API server
 * would store U+FFFD in place of each.
 *
 * @throws ApiError InvalidArgument naming the field
 */
export function assertPlain(value: unknown): void {
  let left = maxValues;
  const assertPart = (part: unknown, path: readonly string[]): void => {
    if (typeof part === 'string' && !part.isWellFormed()) throw invalidField(path, loneSurrogate);
    if (typeof part !== 'object' || part === null) return;
    if (path.length > maxDepth) throw invalidField(path, `is nested more than ${maxDepth} levels deep`);
    const entries = Object.entries(part);
    left -= entries.length;
    if (left < 0) throw invalidField([], `must not have more than ${maxValues} fields and values in all`);
    for (const [key, child] of entries) {
      if (!key.isWellFormed())
        throw invalidField(path, `must have no such key as '${cut(key, 80).toWellFormed()}': it ${unpaired}`);
      if (key in Object.prototype) throw invalidField([...path, key], 'is not a known field');
      assertPart(child, [...path, key]);
    }
  };
  assertPart(value, []);
}
