/** Injection token of the {@link Clock} of deliveries. */
export const AUDIT_CLOCK = Symbol('AuditClock');

/** Injection token of their {@link Random}. */
export const AUDIT_RANDOM = Symbol('AuditRandom');

/** Injection token of their {@link Logger}. */
export const AUDIT_LOG = Symbol('AuditLog');
