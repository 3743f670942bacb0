import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { apiClient, type ApiClient } from './api-client.ts';
import { at, isObject } from './json.ts';
import { readyFile } from './node-services.ts';
import type { ClusterRecord } from './record.ts';
import type { ServiceName } from './services.ts';

/** A readiness probe. A rejection means no. */
export type Probe = (record: ClusterRecord, api: ApiClient) => Promise<boolean> | boolean;

/** Readiness probes by process. Those without one only need to run: nothing waits for them. */
const probes: Partial<Record<ServiceName, Probe>> = {
  etcd: ({ ports }) => answers(`http://127.0.0.1:${ports.etcd}/health`),
  'kube-apiserver': async (_, api) => (await api.call('GET', '/readyz')).status === 200,
  registry: ({ ports }) => answers(`http://127.0.0.1:${ports.registry}/v2/`),
  // Its first visible result; a PipelineRun created earlier is refused without this account.
  'kube-controller-manager': async (_, api) =>
    (await api.call('GET', '/api/v1/namespaces/default/serviceaccounts/default')).status === 200,
  'tekton-webhook': (_, api) => webhookRefuses(api),
  'tekton-controller': ({ ports }) => answers(`http://127.0.0.1:${ports.controllerProbes}/readiness`),
  sandbox: (record) => existsSync(readyFile(record, 'sandbox') ?? ''),
  containerd: (record) => existsSync(readyFile(record, 'containerd') ?? ''),
  // Both, because the node stays Ready for 40 s after its kubelet has stopped.
  kubelet: async ({ ports }, api) =>
    (await accepts(ports.kubelet)) && isReadyNode((await api.call('GET', '/api/v1/nodes/localhost')).body),
};

/** Whether discovery has Tekton's run kinds, which takes a moment after their CRDs were applied. */
export async function knowsTekton(api: ApiClient): Promise<boolean> {
  const has = async (version: string, plural: string) =>
    (await api.call('GET', `/apis/tekton.dev/${version}`)).text.includes(`"${plural}"`);
  return (await has('v1', 'pipelineruns')) && (await has('v1', 'taskruns')) && (await has('v1beta1', 'customruns'));
}

/** Probes a process. */
export async function isReady(record: ClusterRecord, name: ServiceName, api?: ApiClient): Promise<boolean> {
  const probe = probes[name];
  if (!probe) return true;
  const client = api ?? apiClient(record);
  try {
    return await probe(record, client);
  } catch {
    return false;
  } finally {
    if (!api) client.close();
  }
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request(url, { timeout: 2000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(false));
    outgoing.end();
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/**
 * Whether Tekton's webhook validates. It answers before it has loaded its rules and admits everything for about a second, so
 * only a refusal proves it: of a PipelineRun whose name is one character too long.
 */
async function webhookRefuses(api: ApiClient): Promise<boolean> {
  const bad = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name: 'a'.repeat(64) },
    spec: { pipelineRef: { name: 'a' } },
  };
  const path = '/apis/tekton.dev/v1/namespaces/default/pipelineruns?dryRun=All';
  const { text } = await api.call('POST', path, JSON.stringify(bad));
  return text.includes('denied the request');
}

function isReadyNode(node: unknown): boolean {
  const conditions = at(node, 'status', 'conditions');
  if (!Array.isArray(conditions)) return false;
  return conditions.some(
    (condition: unknown) => isObject(condition) && condition['type'] === 'Ready' && condition['status'] === 'True',
  );
}
