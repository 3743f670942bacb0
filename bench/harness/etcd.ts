import { lockNamePrefix } from '../../src/locking/lock-lease.ts';
import type { Cluster } from '../../test/cluster/index.ts';
import { readRecord } from '../../test/cluster/record.ts';
import { trustedJson } from '../load/json.ts';

/** Content below a key prefix. */
export interface Stored {
  readonly objects: number;
  /** Size of keys and values. */
  readonly bytes: number;
}

interface Range {
  readonly kvs?: readonly { readonly key: string; readonly value: string }[];
  readonly more?: boolean;
}

/** Page size. */
const page = 500;

/**
 * Client for sizes in a cluster's etcd, by its JSON gateway, whose bytes are base64
 * (https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/).
 */
export class EtcdStore {
  readonly #url: string;

  constructor(cluster: Cluster) {
    const record = readRecord(cluster.directory);
    if (record === undefined) throw new Error(`cluster ${cluster.name} is gone`);
    this.#url = `http://127.0.0.1:${record.ports.etcd}/v3`;
  }

  /** Number and total size of the keys and values below a prefix. */
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
      // The successor of a key is the key plus a zero byte.
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

/** The first key after a prefix: the prefix with its last byte incremented (never 255 in text). */
function after(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end;
}

/** Names of these kinds. */
export const keptKinds = Object.keys(keysOf(''));

/** Kinds of objects that an execution leaves behind, by etcd key prefix. */
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
