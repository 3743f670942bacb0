import { createHash } from 'node:crypto';
import { dnsLabel, dnsSubdomain, isName } from '../kubernetes/dns-names.ts';
import { arrayOf, parseJson, recordOf } from '../kubernetes/json.ts';
import { leaseResource, type Lease } from '../kubernetes/lease.ts';
import type { Cooldown, ExecutionId, LockRecord } from './lock-record.ts';

/** The label of the Leases of targets, by which they are watched. */
export const lockLabel = { name: 'kubernaut.ai/lock', value: 'target-resource' } as const;

/** The annotation of such a Lease with the canonical target. */
export const targetAnnotation = 'kubernaut.ai/target-resource';

/** The annotation with its cooldowns, as JSON. */
export const cooldownsAnnotation = 'kubernaut.ai/cooldowns';

/** A Lease has content that this service never writes, so it is unknown who has the target. */
export class UnreadableLockError extends Error {
  override readonly name = 'UnreadableLockError';
}

/** Prefix of the names of the Leases of targets; the other Leases of this service are those of leaders. */
export const lockNamePrefix = 'wfe-target-';

/** Name of the Lease of a target: 128 bits of the SHA-256 of the canonical target. */
export function lockName(target: string): string {
  return `${lockNamePrefix}${createHash('sha256').update(target).digest('hex').slice(0, 32)}`;
}

/**
 * Parses a Lease strictly, because anybody who may write Leases may have written it: names are used in requests and statuses,
 * and a cooldown must end.
 *
 * @throws UnreadableLockError if its holder or its cooldowns cannot be parsed
 */
export function readLock(lease: Lease, now: Date): LockRecord {
  const { metadata } = lease;
  const cooldowns = parseCooldowns(metadata.annotations?.[cooldownsAnnotation], now);
  const holder = holderOf(lease);
  if (cooldowns !== undefined && holder !== 'unreadable')
    return holder === undefined ? { cooldowns } : { holder, cooldowns };
  throw new UnreadableLockError(
    `Lease ${metadata.namespace}/${metadata.name} of target ${metadata.annotations?.[targetAnnotation] ?? '?'} cannot be ` +
      'parsed. Make sure that nothing runs on the target, then delete the Lease.',
  );
}

/** A new Lease for a target. */
export function newLock(namespace: string, target: string, record: LockRecord, now: Date) {
  const { annotations, ...metadata } = {
    name: lockName(target),
    namespace,
    labels: { [lockLabel.name]: lockLabel.value, 'app.kubernetes.io/managed-by': 'workflow-execution' },
    annotations: { [targetAnnotation]: target },
  };
  return {
    apiVersion: `${leaseResource.group}/${leaseResource.version}`,
    kind: leaseResource.kind,
    metadata: { ...metadata, annotations: { ...annotations, ...writtenCooldowns(record) } },
    spec: writtenHolder(record, now),
  };
}

/**
 * The merge patch that writes `record` to a Lease, with the resourceVersion that was read as a precondition. A holder that
 * stays the same keeps the time at which it acquired the lock.
 */
export function lockPatch({ metadata, spec }: Lease, record: LockRecord, now: Date): object {
  const { uid, resourceVersion } = metadata;
  const holder = writtenHolder(record, now);
  const isSame = holder.holderIdentity !== undefined && holder.holderIdentity === spec.holderIdentity;
  return {
    metadata: { uid, resourceVersion, annotations: { [cooldownsAnnotation]: null, ...writtenCooldowns(record) } },
    spec: { holderIdentity: null, acquireTime: null, ...holder, ...(isSame && { acquireTime: spec.acquireTime }) },
  };
}

function writtenHolder({ holder }: LockRecord, now: Date): { holderIdentity?: string; acquireTime?: string } {
  if (holder === undefined) return {};
  const acquireTime = now.toISOString().replace('Z', '000Z');
  return { holderIdentity: `${holder.namespace}/${holder.name}/${holder.uid}`, acquireTime };
}

function writtenCooldowns({ cooldowns }: LockRecord): Record<string, string> {
  return cooldowns.length === 0 ? {} : { [cooldownsAnnotation]: JSON.stringify(cooldowns) };
}

/** The holder of a Lease; undefined if there is none. */
export function holderOf({ spec }: Lease): ExecutionId | 'unreadable' | undefined {
  const identity = spec.holderIdentity ?? '';
  if (identity === '') return undefined;
  const [namespace, name, uid, ...rest] = identity.split('/');
  return (rest.length === 0 && parseId({ namespace, name, uid })) || 'unreadable';
}

/**
 * Age of the lock that has been held longest, in seconds; 0 if none is held. A lock that cannot be parsed counts as held.
 *
 * @param isOver whether an execution is known to have ended
 */
export function longestHeldSeconds(
  leases: readonly Lease[],
  isOver: (holder: ExecutionId) => boolean,
  now: Date,
): number {
  const held = leases.filter((lease) => {
    const holder = holderOf(lease);
    return holder === 'unreadable' || (holder !== undefined && !isOver(holder));
  });
  const agesMs = held.map(({ spec }) => now.getTime() - Date.parse(spec.acquireTime ?? ''));
  return agesMs.filter(Number.isFinite).reduce((longest, age) => Math.max(longest, age), 0) / 1_000;
}

function parseCooldowns(text: string | undefined, now: Date): readonly Cooldown[] | undefined {
  if (text === undefined) return [];
  const list = parseJson(text);
  if (!Array.isArray(list)) return undefined;
  const cooldowns = arrayOf(list).map((raw) => parseCooldown(raw, now));
  const valid = cooldowns.filter((cooldown) => cooldown !== undefined);
  return valid.length === cooldowns.length ? valid : undefined;
}

/** How far ahead the clock that wrote a completion time may be, in milliseconds. */
const clockSkewMs = 60_000;

function parseCooldown(raw: unknown, now: Date): Cooldown | undefined {
  const { workflowId, repository, completionTime, execution } = recordOf(raw);
  const id = parseId(recordOf(execution));
  if (id === undefined || typeof workflowId !== 'string' || typeof completionTime !== 'string') return undefined;
  // The negation also covers an invalid time.
  if (!(Date.parse(completionTime) <= now.getTime() + clockSkewMs)) return undefined;
  return { workflowId, ...(typeof repository === 'string' ? { repository } : {}), execution: id, completionTime };
}

const uidPattern = /^[-A-Za-z0-9]{1,128}$/;

function parseId({ namespace, name, uid }: Readonly<Record<string, unknown>>): ExecutionId | undefined {
  if (typeof namespace !== 'string' || !isName(namespace, dnsLabel)) return undefined;
  if (typeof name !== 'string' || !isName(name, dnsSubdomain)) return undefined;
  if (typeof uid !== 'string' || !uidPattern.test(uid)) return undefined;
  return { namespace, name, uid };
}
