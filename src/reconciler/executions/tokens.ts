/** Injection token of the reconciler's {@link Logger}. */
export const LOGGER = Symbol('Logger');
