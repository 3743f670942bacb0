/** A small change to one source. */
export interface Edit {
  /** Path from the root of the checkout. */
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** A small change to the product that is wrong, and the tests that have to fail because of it. */
export interface Fault extends Edit {
  /** What is wrong, such as `the cooldown is ignored`. */
  readonly name: string;
  /** Paths of the specs concerned. */
  readonly caughtBy: readonly [string, ...string[]];
}

/** An edit, and what it does. */
export type NamedEdit = Edit & Pick<Fault, 'name'>;

/** A fault cannot be planted: the product has changed since the fault was written. */
export class OutdatedFaultError extends Error {
  override readonly name = 'OutdatedFaultError';
}

/**
 * The source of a fault's file with the fault in it.
 *
 * @throws OutdatedFaultError when the text to replace does not occur exactly once
 */
export function plant({ name, file, find, replace }: NamedEdit, source: string): string {
  const parts = source.split(find);
  if (parts.length === 2) return parts.join(replace);
  const found = parts.length === 1 ? 'is not there' : `is there ${parts.length - 1} times`;
  throw new OutdatedFaultError(
    `The fault "${name}" no longer applies: its text ${found} in ${file}. Update it where it is listed.\n${find}`,
  );
}

/** What runs the specs that catch a fault. */
export function tierOf({ caughtBy }: Fault): 'npm test' | 'npm run prove' {
  return caughtBy.some((spec) => !spec.endsWith('.prove-spec.ts')) ? 'npm test' : 'npm run prove';
}
