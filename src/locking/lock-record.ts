/** An execution, named so that no other is ever meant. */
export interface ExecutionId {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** A workflow, identified by its id and by where its bundle is: the id alone is free text. */
export interface WorkflowIdentity {
  readonly workflowId: string;
  /**
   * Repository of the bundle, without tag and digest. Absent in records of earlier releases and where the reference cannot
   * be parsed; then the id alone counts.
   */
  readonly repository?: string;
}

/** An execution whose steps ran, and the workflow that it ran: for a while the same workflow is not run again. */
export interface Cooldown extends WorkflowIdentity {
  readonly execution: ExecutionId;
  /** When it ended, RFC 3339. */
  readonly completionTime: string;
}

/** What a lock says: who has the target, and what ended on it a short time ago. */
export interface LockRecord {
  readonly holder?: ExecutionId;
  readonly cooldowns: readonly Cooldown[];
}

/** The lock of a target that nobody has ever used. */
export const unusedLock: LockRecord = { cooldowns: [] };

/** An execution that wants a target. */
export interface Claim extends WorkflowIdentity {
  readonly execution: ExecutionId;
}

/** What a lock means for a claim. */
export type LockDecision =
  | { readonly kind: 'ours' }
  | { readonly kind: 'held'; readonly holder: ExecutionId }
  | { readonly kind: 'cooling-down'; readonly earlier: ExecutionId; readonly remainingMs: number }
  | { readonly kind: 'free'; readonly next: LockRecord };

/** Whether two names mean the same execution. */
export function isSame(a: ExecutionId, b: ExecutionId): boolean {
  return a.uid === b.uid && a.namespace === b.namespace && a.name === b.name;
}

/** Whether two executions run the same workflow. */
function isSameWorkflow(a: WorkflowIdentity, b: WorkflowIdentity): boolean {
  if (a.workflowId !== b.workflowId) return false;
  return a.repository === undefined || b.repository === undefined || a.repository === b.repository;
}

/**
 * Decides about a claim: whoever holds the target keeps it; the same workflow waits for its cooldown, another does not. A
 * cooldown counts also for an execution that the record names: somebody may have written that.
 *
 * @param cooldownMs how long the cooldown lasts; 0 turns it off
 * @returns for a free target the record to write, by compare-and-swap on the one that was read
 */
export function decideClaim(record: LockRecord, claim: Claim, now: Date, cooldownMs: number): LockDecision {
  const { holder } = record;
  const isOurs = holder !== undefined && isSame(holder, claim.execution);
  if (holder !== undefined && !isOurs) return { kind: 'held', holder };
  const cooling = record.cooldowns
    .filter((cooldown) => isSameWorkflow(cooldown, claim) && !isSame(cooldown.execution, claim.execution))
    .map((cooldown) => ({ cooldown, remainingMs: remaining(cooldown, now, cooldownMs) }))
    .toSorted((a, b) => b.remainingMs - a.remainingMs)[0];
  if (cooling !== undefined && cooling.remainingMs > 0) {
    return { kind: 'cooling-down', earlier: cooling.cooldown.execution, remainingMs: cooling.remainingMs };
  }
  if (isOurs) return { kind: 'ours' };
  return {
    kind: 'free',
    next: { holder: claim.execution, cooldowns: newest(alive(record.cooldowns, now, cooldownMs)) },
  };
}

/**
 * The record after an execution has given its target back; the record itself when that changes nothing. An execution that
 * does not hold the target leaves its cooldown all the same: it counts from when it ended, not from when it let go.
 *
 * @param cooldown what to remember of the execution; nothing when no step of it ran
 */
export function released(
  record: LockRecord,
  execution: ExecutionId,
  cooldown: Cooldown | undefined,
  now: Date,
  cooldownMs: number,
): LockRecord {
  const known = record.cooldowns.some((other) => isSame(other.execution, execution));
  const added = cooldown === undefined || known || remaining(cooldown, now, cooldownMs) <= 0 ? [] : [cooldown];
  const holds = record.holder !== undefined && isSame(record.holder, execution);
  if (!holds && added.length === 0) return record;
  const cooldowns = newest([...alive(record.cooldowns, now, cooldownMs), ...added]);
  return holds ? { cooldowns } : { ...record, cooldowns };
}

/**
 * A record with the cooldowns that the executions themselves tell of. Those of the record may have been lost, or written by
 * somebody else.
 */
export function withCooldowns(record: LockRecord, others: readonly Cooldown[]): LockRecord {
  const rest = record.cooldowns.filter((known) => !others.some(({ execution }) => isSame(known.execution, execution)));
  return { ...record, cooldowns: [...others, ...rest] };
}

/** Whether a lock has nothing to say any more, so that it may be removed. */
export function isSpent(record: LockRecord, now: Date, cooldownMs: number): boolean {
  return record.holder === undefined && alive(record.cooldowns, now, cooldownMs).length === 0;
}

/** Cooldowns that one lock remembers; one more pushes out the oldest. An annotation holds at most 256 KiB. */
const maxCooldowns = 128;

function newest(cooldowns: readonly Cooldown[]): readonly Cooldown[] {
  const byAge = cooldowns.toSorted((a, b) => Date.parse(b.completionTime) - Date.parse(a.completionTime));
  return byAge.slice(0, maxCooldowns);
}

function alive(cooldowns: readonly Cooldown[], now: Date, cooldownMs: number): readonly Cooldown[] {
  return cooldowns.filter((cooldown) => remaining(cooldown, now, cooldownMs) > 0);
}

/** Milliseconds that are left of a cooldown; at most the whole of it, also when clocks differ. */
function remaining({ completionTime }: Cooldown, now: Date, cooldownMs: number): number {
  return Math.min(cooldownMs, Date.parse(completionTime) + cooldownMs - now.getTime());
}
