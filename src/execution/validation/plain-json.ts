import { invalidField } from '../errors/api-error.ts';

const unpaired = 'has a surrogate without its other half, which is no character';
const loneSurrogate = `must be Unicode text: it ${unpaired}`;

/** Depth of the deepest field of a WorkflowExecution, `spec.workflowRef.version`, with room for what will come. */
const maxDepth = 8;

/**
 * Refuses what the transformer behind class-validator would not survive or silently leave out: values nested so deeply
 * that recursion ends the process's stack, and keys that name members of every JavaScript object (`constructor`,
 * `toString`, `__proto__`). Refuses lone surrogates as well: the API server would store U+FFFD in place of each.
 *
 * @throws ApiError InvalidArgument naming the field
 */
export function assertPlain(value: unknown, path: readonly string[] = []): void {
  if (typeof value === 'string' && !value.isWellFormed()) throw invalidField(path, loneSurrogate);
  if (typeof value !== 'object' || value === null) return;
  if (path.length > maxDepth) throw invalidField(path, `is nested more than ${maxDepth} levels deep`);
  for (const [key, child] of Object.entries(value)) {
    if (!key.isWellFormed())
      throw invalidField(path, `must have no such key as '${key.toWellFormed()}': it ${unpaired}`);
    if (key in Object.prototype) throw invalidField([...path, key], 'is not a known field');
    assertPlain(child, [...path, key]);
  }
}
