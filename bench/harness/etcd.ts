import { lockNamePrefix } from '../../src/locking/lock-lease.ts';
import type { Cluster } from '../../test/cluster/index.ts';
import { readRecord } from '../../test/cluster/record.ts';
import { trustedJson } from '../load/json.ts';

/** What lies below a prefix of keys. */
export interface Stored {
  readonly objects: number;
  /** Of keys and values. */
  readonly bytes: number;
}

interface Range {
  readonly kvs?: readonly { readonly key: string; readonly value: string }[];
  readonly more?: boolean;
}

/** Keys that are read at once. */
const page = 500;

/**
 * The etcd of a cluster, as far as its size is looked at: by its JSON gateway, in which bytes are base64
 * (https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/).
 */
export class EtcdStore {
  readonly #url: string;

  constructor(cluster: Cluster) {
    const record = readRecord(cluster.directory);
    if (record === undefined) throw new Error(`cluster ${cluster.name} is gone`);
    this.#url = `http://127.0.0.1:${record.ports.etcd}/v3`;
  }

  /** How many keys begin so, and how long they are with their values. */
  async stored(prefix: string): Promise<Stored> {
    const end = Buffer.from(after(Buffer.from(prefix))).toString('base64');
    let [objects, bytes, from] = [0, 0, Buffer.from(prefix)];
    for (;;) {
      const request = { key: from.toString('base64'), range_end: end, limit: page };
      const { kvs = [], more = false } = await this.#post<Range>('kv/range', request);
      for (const { key, value } of kvs) bytes += Buffer.byteLength(key, 'base64') + Buffer.byteLength(value, 'base64');
      objects += kvs.length;
      const last = kvs.at(-1);
      if (!more || last === undefined) return { objects, bytes };
      // The key that follows a key is the same with a zero byte behind it.
      from = Buffer.concat([Buffer.from(last.key, 'base64'), Buffer.from([0])]);
    }
  }

  async #post<T>(method: string, body: object): Promise<T> {
    const answer = await fetch(`${this.#url}/${method}`, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`etcd answered ${method} with ${answer.status}: ${text}`);
    return trustedJson<T>(text);
  }
}

/** The first key that does not begin with a prefix: the prefix with its last byte raised (it is never 255, being text). */
function after(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end;
}

/** These kinds, by their names. */
export const keptKinds = Object.keys(keysOf(''));

/** The kinds of objects that an execution leaves behind, by the beginnings of their keys in the API server's etcd. */
export function keysOf(namespace: string) {
  return {
    'the execution': `/registry/workflowexecution.kubernaut.ai/workflowexecutions/${namespace}/`,
    'its PipelineRun': `/registry/tekton.dev/pipelineruns/${namespace}/`,
    'its Lease': `/registry/leases/kubernaut-system/${lockNamePrefix}`,
    'its Events': `/registry/events/${namespace}/`,
    'TaskRuns and ResolutionRequests': `/registry/tekton.dev/taskruns/${namespace}/`,
    'its pods': `/registry/pods/${namespace}/`,
  } as const;
}
