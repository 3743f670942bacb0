import { createHash } from 'node:crypto';
import { arrayOf, parseJson, recordOf, stringOf } from '../kubernetes/json.ts';
import { leaseResource } from '../kubernetes/lease.ts';
import type { Lease } from '../kubernetes/lease.ts';
import type { Cooldown, ExecutionId, LockRecord } from './lock-record.ts';

/** The label that tells the Leases of targets from all others, so that no others are watched. */
export const lockLabel = { name: 'kubernaut.ai/lock', value: 'target-resource' } as const;

const targetAnnotation = 'kubernaut.ai/target-resource';
const cooldownsAnnotation = 'kubernaut.ai/cooldowns';

/** A Lease says something that this service would never have written, so that nobody can tell who has the target. */
export class UnreadableLockError extends Error {
  override readonly name = 'UnreadableLockError';
}

/** Name of the Lease of a target: 128 bits of the SHA-256 of the target in its one written form. */
export function lockName(target: string): string {
  return `wfe-target-${createHash('sha256').update(target).digest('hex').slice(0, 32)}`;
}

/**
 * What a Lease says.
 *
 * @throws UnreadableLockError when its holder or its cooldowns can not be understood
 */
export function readLock(lease: Lease): LockRecord {
  const { metadata } = lease;
  const cooldowns = parseCooldowns(metadata.annotations?.[cooldownsAnnotation]);
  const holder = holderOf(lease);
  if (cooldowns !== undefined && holder !== 'unreadable')
    return holder === undefined ? { cooldowns } : { holder, cooldowns };
  throw new UnreadableLockError(
    `Lease ${metadata.namespace}/${metadata.name} of target ${metadata.annotations?.[targetAnnotation] ?? '?'} can not be ` +
      'understood. Make sure that nothing runs on the target, then delete the Lease.',
  );
}

/** The Lease of a target that has none yet. */
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

/** The merge patch that makes a Lease say `record`, on condition that it is still the one that was read. */
export function lockPatch({ metadata: { uid, resourceVersion } }: Lease, record: LockRecord, now: Date): object {
  return {
    metadata: { uid, resourceVersion, annotations: { [cooldownsAnnotation]: null, ...writtenCooldowns(record) } },
    spec: { holderIdentity: null, acquireTime: null, ...writtenHolder(record, now) },
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

/** The execution that a Lease names as its holder; undefined when it names none. */
export function holderOf({ spec }: Lease): ExecutionId | 'unreadable' | undefined {
  const identity = spec.holderIdentity ?? '';
  if (identity === '') return undefined;
  const [namespace, name, uid, ...rest] = identity.split('/');
  return namespace && name && uid && rest.length === 0 ? { namespace, name, uid } : 'unreadable';
}

function parseCooldowns(text: string | undefined): readonly Cooldown[] | undefined {
  if (text === undefined) return [];
  const list = parseJson(text);
  if (!Array.isArray(list)) return undefined;
  const cooldowns = arrayOf(list).map(parseCooldown);
  const understood = cooldowns.filter((cooldown) => cooldown !== undefined);
  return understood.length === cooldowns.length ? understood : undefined;
}

function parseCooldown(raw: unknown): Cooldown | undefined {
  const { workflowId, repository, completionTime, execution } = recordOf(raw);
  const [workflow, time] = [stringOf(workflowId), stringOf(completionTime)];
  const { namespace, name, uid } = recordOf(execution);
  const [inNamespace, called, identified] = [stringOf(namespace), stringOf(name), stringOf(uid)];
  if (workflow === undefined || time === undefined || Number.isNaN(Date.parse(time))) return undefined;
  if (inNamespace === undefined || called === undefined || identified === undefined) return undefined;
  return {
    workflowId: workflow,
    ...(typeof repository === 'string' ? { repository } : {}),
    execution: { namespace: inNamespace, name: called, uid: identified },
    completionTime: time,
  };
}
