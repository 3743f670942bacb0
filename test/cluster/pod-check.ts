import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { ClusterError, throwIfAborted } from './errors.ts';
import { at, isObject } from './json.ts';
import { registryHost, type ClusterRecord } from './record.ts';
import { ownImages } from './tekton-services.ts';

const pods = '/api/v1/namespaces/default/pods';
const name = 'local-cluster-check';
/** From an image that is already in the registry a pod takes a second. */
const deadlineMilliseconds = 30_000;

/**
 * Runs one pod to its end. A node calls itself ready on machines where no container starts: without the right to mount,
 * on a file system that overlays refuse, under a seccomp profile. Only a container that has run proves anything.
 *
 * @throws ClusterError with what the kubelet said; ClusterAborted
 */
export async function checkPods(record: ClusterRecord, api: ApiClient, signal?: AbortSignal): Promise<void> {
  const created = await api.call('POST', pods, JSON.stringify(podOf(record)));
  if (created.status !== 201) throw new ClusterError(`a first pod was refused: ${created.text}`);
  try {
    await waitForEnd(api, signal);
  } finally {
    await api.call('DELETE', `${pods}/${name}?gracePeriodSeconds=0`);
  }
}

function podOf(record: ClusterRecord) {
  const image = `${registryHost(record)}/${ownImages.busybox}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      dnsPolicy: 'Default',
      automountServiceAccountToken: false,
      // Not to wait until the node's "not ready" taint has been taken away.
      tolerations: [{ operator: 'Exists' }],
      containers: [{ name: 'check', image, command: ['true'] }],
    },
  };
}

async function waitForEnd(api: ApiClient, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + deadlineMilliseconds;
  for (;;) {
    throwIfAborted(signal);
    const phase = at((await api.call('GET', `${pods}/${name}`)).body, 'status', 'phase');
    if (phase === 'Succeeded') return;
    if (phase === 'Failed' || performance.now() > deadline) throw new ClusterError(await explain(api));
    await delay(100);
  }
}

/** What the kubelet said of it last. */
async function explain(api: ApiClient): Promise<string> {
  const selector = encodeURIComponent(`involvedObject.name=${name},type=Warning`);
  const events = at(
    (await api.call('GET', `/api/v1/namespaces/default/events?fieldSelector=${selector}`)).body,
    'items',
  );
  const last: unknown = Array.isArray(events) ? events.findLast(isObject) : undefined;
  const message = at(last, 'message');
  return `a first pod did not run: ${typeof message === 'string' ? message : 'nothing says why'}`;
}
