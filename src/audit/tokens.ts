/** Injection token of their {@link Logger}. */
export const AUDIT_LOG = Symbol('AuditLog');
