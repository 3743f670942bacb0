import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { ClusterError, throwIfAborted } from './errors.ts';
import { at, isObject } from './json.ts';
import { registryHost, type ClusterRecord } from './record.ts';
import { ownImages } from './tekton-services.ts';

const pods = '/api/v1/namespaces/default/pods';
const name = 'local-cluster-check';
/** A pod whose image is in the registry takes a second. */
const deadlineMilliseconds = 30_000;

/**
 * Runs one pod to completion. A node reports Ready even where no container starts: without permission to mount, on a file
 * system that overlays refuse, under a seccomp profile.
 *
 * @throws ClusterError with the kubelet's message; ClusterAborted
 */
export async function checkPods(record: ClusterRecord, api: ApiClient, signal?: AbortSignal): Promise<void> {
  const created = await api.call('POST', pods, JSON.stringify(podOf(record)));
  if (created.status !== 201) throw new ClusterError(`a test pod was refused: ${created.text}`);
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
      // Does not wait for the removal of the "not ready" taint.
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

/** The kubelet's last message about it. */
async function explain(api: ApiClient): Promise<string> {
  const selector = encodeURIComponent(`involvedObject.name=${name},type=Warning`);
  const events = at(
    (await api.call('GET', `/api/v1/namespaces/default/events?fieldSelector=${selector}`)).body,
    'items',
  );
  const last: unknown = Array.isArray(events) ? events.findLast(isObject) : undefined;
  const message = at(last, 'message');
  return `a test pod did not run: ${typeof message === 'string' ? message : 'unknown reason'}`;
}
