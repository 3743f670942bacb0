import { cooldownEnd } from '../workflow-execution/cooldown.ts';

/** An execution, identified uniquely. */
export interface ExecutionId {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** A workflow, identified by its id and the repository of its bundle: the id alone is free text. */
export interface WorkflowIdentity {
  readonly workflowId: string;
  /**
   * Repository of the bundle, without tag and digest. Absent in records of earlier releases and if the reference cannot be
   * parsed; then only the id counts.
   */
  readonly repository?: string;
}

/** An execution whose steps ran, and its workflow, which does not run again on the target within the cooldown. */
export interface Cooldown extends WorkflowIdentity {
  readonly execution: ExecutionId;
  /** When it ended, RFC 3339. */
  readonly completionTime: string;
}

/** The content of a lock: its holder, and the executions that ended on the target recently. */
export interface LockRecord {
  readonly holder?: ExecutionId;
  readonly cooldowns: readonly Cooldown[];
}

export const unusedLock: LockRecord = { cooldowns: [] };

/** An execution that wants a target. */
export interface Claim extends WorkflowIdentity {
  readonly execution: ExecutionId;
  /** Whether the cooldown does not apply to it. Another holder still does. */
  readonly overridesCooldown?: boolean;
}

/** The decision about a claim. */
export type LockDecision =
  | { readonly kind: 'ours' }
  | { readonly kind: 'held'; readonly holder: ExecutionId }
  | { readonly kind: 'cooling-down'; readonly earlier: ExecutionId; readonly remainingMs: number }
  | { readonly kind: 'free'; readonly next: LockRecord };

/** Whether two ids are of the same execution. */
export function isSame(a: ExecutionId, b: ExecutionId): boolean {
  return a.uid === b.uid && a.namespace === b.namespace && a.name === b.name;
}

function isSameWorkflow(a: WorkflowIdentity, b: WorkflowIdentity): boolean {
  if (a.workflowId !== b.workflowId) return false;
  return a.repository === undefined || b.repository === undefined || a.repository === b.repository;
}

/**
 * Decides about a claim: the holder keeps the target; the same workflow waits for its cooldown, another does not. The cooldown
 * also applies to a claimant that the record names as the holder: anybody may have written that. A claim may override the
 * cooldown, but never a holder.
 *
 * @param cooldownMs how long the cooldown lasts; 0 turns it off
 * @returns for a free target the record to write, by compare-and-swap
 */
export function decideClaim(record: LockRecord, claim: Claim, now: Date, cooldownMs: number): LockDecision {
  const { holder } = record;
  const isOurs = holder !== undefined && isSame(holder, claim.execution);
  if (holder !== undefined && !isOurs) return { kind: 'held', holder };
  const cooling = record.cooldowns
    .filter((cooldown) => isSameWorkflow(cooldown, claim) && !isSame(cooldown.execution, claim.execution))
    .map((cooldown) => ({ cooldown, remainingMs: remaining(cooldown, now, cooldownMs) }))
    .toSorted((a, b) => b.remainingMs - a.remainingMs)[0];
  if (cooling !== undefined && cooling.remainingMs > 0 && claim.overridesCooldown !== true) {
    return { kind: 'cooling-down', earlier: cooling.cooldown.execution, remainingMs: cooling.remainingMs };
  }
  if (isOurs) return { kind: 'ours' };
  return {
    kind: 'free',
    next: { holder: claim.execution, cooldowns: newest(alive(record.cooldowns, now, cooldownMs)) },
  };
}

/**
 * The record after an execution has released its target; the same object if nothing changes. An execution that does not hold
 * the target leaves its cooldown all the same, because that counts from its end.
 *
 * @param cooldown of the execution; undefined if no step of it ran
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

/** A record with the cooldowns of existing executions. Those of the record may be lost, or written by anybody. */
export function withCooldowns(record: LockRecord, others: readonly Cooldown[]): LockRecord {
  const rest = record.cooldowns.filter((known) => !others.some(({ execution }) => isSame(known.execution, execution)));
  return { ...record, cooldowns: [...others, ...rest] };
}

/** Whether a lock has neither a holder nor a cooldown, so that it may be removed. */
export function isCollectable(record: LockRecord, now: Date, cooldownMs: number): boolean {
  return record.holder === undefined && alive(record.cooldowns, now, cooldownMs).length === 0;
}

/** Cooldowns in one lock; the oldest is dropped for a new one. An annotation holds at most 256 KiB. */
const maxCooldowns = 128;

function newest(cooldowns: readonly Cooldown[]): readonly Cooldown[] {
  const byAge = cooldowns.toSorted((a, b) => Date.parse(b.completionTime) - Date.parse(a.completionTime));
  return byAge.slice(0, maxCooldowns);
}

function alive(cooldowns: readonly Cooldown[], now: Date, cooldownMs: number): readonly Cooldown[] {
  return cooldowns.filter((cooldown) => remaining(cooldown, now, cooldownMs) > 0);
}

/** Remaining milliseconds of a cooldown; at most its full length, also if clocks differ. */
export function remaining({ completionTime }: Cooldown, now: Date, cooldownMs: number): number {
  return Math.min(cooldownMs, cooldownEnd(Date.parse(completionTime), cooldownMs) - now.getTime());
}
