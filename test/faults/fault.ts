/** An edit of one source file. */
export interface Edit {
  /** Path from the root of the checkout. */
  readonly file: string;
  /** Text to replace; occurs exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A wrong edit of the product, and the tests that must fail because of it. */
export interface Fault extends Edit {
  /** Description, such as `the cooldown is ignored`. */
  readonly name: string;
  /** Paths of the specs that must fail. */
  readonly caughtBy: readonly [string, ...string[]];
}

/** An edit with its description. */
export type NamedEdit = Edit & Pick<Fault, 'name'>;

/** The product has changed, so the fault cannot be planted. */
export class OutdatedFaultError extends Error {
  override readonly name = 'OutdatedFaultError';
}

/**
 * The content of a fault's file with the fault.
 *
 * @throws OutdatedFaultError unless the text to replace occurs exactly once
 */
export function plant({ name, file, find, replace }: NamedEdit, source: string): string {
  const parts = source.split(find);
  if (parts.length === 2) return parts.join(replace);
  const found = parts.length === 1 ? 'does not occur' : `occurs ${parts.length - 1} times`;
  throw new OutdatedFaultError(
    `The fault "${name}" no longer applies: its text ${found} in ${file}. Update it where it is listed.\n${find}`,
  );
}

/** The command that runs the specs of a fault. */
export function tierOf({ caughtBy }: Fault): 'npm test' | 'npm run prove' {
  return caughtBy.some((spec) => !spec.endsWith('.prove-spec.ts')) ? 'npm test' : 'npm run prove';
}
