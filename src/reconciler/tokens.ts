/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('Clock');

/** Injection token of the {@link Logger} of the control loop. */
export const LOGGER = Symbol('Logger');
