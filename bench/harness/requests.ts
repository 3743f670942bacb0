import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lockNamePrefix } from '../../src/locking/lock-lease.ts';
import { trustedJson } from '../load/json.ts';

/** Username of the service. */
export const serviceUser = 'system:serviceaccount:kubernaut-system:workflow-execution';

/** A completed request of the API server's audit log (audit.k8s.io/v1, an Event per line). */
export interface ApiRequest {
  readonly user: string;
  /** User agent: `tekton-controller/v0.0.0 (linux/amd64) …`. */
  readonly agent: string;
  /** API group; empty for the core group. */
  readonly group: string;
  /** `create`, `patch`, `get`, … */
  readonly verb: string;
  /** Resource with subresource: `workflowexecutions/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: number;
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly requestReceivedTimestamp: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

/** Verbs that change something. */
const writes = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Reviews: creates that are not stored. */
const reviews = new Set(['tokenreviews', 'subjectaccessreviews']);

/** Whether a request changes something. */
export function isWrite({ verb, resource }: ApiRequest): boolean {
  return writes.has(verb) && !reviews.has(resource);
}

/** Whether a request creates an execution. */
export function isNewExecution({ verb, resource }: ApiRequest): boolean {
  return verb === 'create' && resource === 'workflowexecutions';
}

/** Whether a request reads objects. Long-running watches do not count. */
export function isRead({ verb }: ApiRequest): boolean {
  return verb === 'get' || verb === 'list';
}

/** Whether a request renews the leader Lease, every two seconds in any case. */
export function isOfLeadership({ resource, name }: ApiRequest): boolean {
  return resource === 'leases' && !name.startsWith(lockNamePrefix);
}

/** Whether the service made a request for itself or about a caller, without leader election and watches. */
export function isOfService(request: ApiRequest): boolean {
  return (
    (request.user === serviceUser || reviews.has(request.resource)) &&
    !isOfLeadership(request) &&
    request.verb !== 'watch'
  );
}

/** Milliseconds until the last entries are in the file. */
const settleMs = 300;

/**
 * Requests to the API server in a period.
 *
 * @param directory of its audit log
 * @param from,to wall clock times in milliseconds
 */
export async function requestsBetween(directory: string, from: number, to: number): Promise<ApiRequest[]> {
  await delay(settleMs);
  const files = readdirSync(directory)
    .filter((name) => /^audit.*\.log$/.test(name))
    .map((name) => join(directory, name))
    .filter((file) => statSync(file).mtimeMs >= from);
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line) => requestOf(line, from, to)),
  );
}

/** Object reference of a non-resource request. */
const nothing = { apiGroup: '', resource: '', subresource: '', namespace: '', name: '' };

function requestOf(line: string, from: number, to: number): ApiRequest[] {
  // The last line may be incomplete.
  if (!line.endsWith('}')) return [];
  const { stage, verb, user, userAgent = '', ...event } = trustedJson<AuditEvent>(line);
  const at = Date.parse(event.requestReceivedTimestamp);
  if (stage !== 'ResponseComplete' || at < from || at > to) return [];
  const { apiGroup, resource, subresource, namespace, name } = { ...nothing, ...event.objectRef };
  return [
    {
      ...{ user: user.username, agent: userAgent, verb, group: apiGroup, namespace, name },
      resource: subresource === '' ? resource : `${resource}/${subresource}`,
      status: event.responseStatus?.code ?? 0,
    },
  ];
}
