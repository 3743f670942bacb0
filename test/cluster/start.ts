import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { networkInterfaces } from 'node:os';
import { apiClient, type ApiClient } from './api-client.ts';
import type { Build } from './build.ts';
import { clusterDirectory, clusterNames, type Cache } from './cache.ts';
import { makeCgroups } from './cgroups.ts';
import { writeCredentials } from './credentials.ts';
import { ClusterAborted, ClusterError, messageOf } from './errors.ts';
import { pushOwnImages } from './images.ts';
import { withLock } from './lock.ts';
import { cgroupName, writeNodeConfiguration } from './node-services.ts';
import { findPackages } from './packages.ts';
import { checkPods } from './pod-check.ts';
import { freePorts } from './ports.ts';
import { ownIdentity, processSpace, type ProcessIdentity } from './process.ts';
import { elapsedSince, type Progress } from './progress.ts';
import { isReady, knowsTekton } from './readiness.ts';
import {
  portNames,
  readRecord,
  registryHost,
  writeRecord,
  type ClusterLevel,
  type ClusterRecord,
  type PodSupport,
} from './record.ts';
import type { ServiceName } from './services.ts';
import { ServiceFailed, Supervisor } from './supervisor.ts';
import { applyTekton } from './tekton.ts';

/** Specification of a cluster. */
export interface Plan {
  readonly name: string;
  readonly level: ClusterLevel;
  readonly owner: ProcessIdentity | undefined;
  readonly apiServerArgs: readonly string[];
  readonly pods: PodSupport;
}

/**
 * Allocates ports, a subnet and a token, and writes the record of an incomplete cluster. From here on any process can find it,
 * and it is removed if this process does not finish it.
 */
export async function allocate(cache: Cache, build: Build, plan: Plan, signal?: AbortSignal): Promise<ClusterRecord> {
  const ports = await freePorts(portNames);
  // Under a lock, because clusters that start simultaneously would choose the same subnet.
  return withLock(cache, 'allocation', { signal }, () => {
    const record: ClusterRecord = {
      ...plan,
      directory: clusterDirectory(cache, plan.name),
      state: 'starting',
      starter: ownIdentity(),
      processSpace: processSpace(),
      buildDirectory: build.directory,
      ports,
      token: randomBytes(16).toString('hex'),
      subnet: freeSubnet(cache),
      processes: {},
    };
    writeRecord(record);
    return Promise.resolve(record);
  });
}

function freeSubnet(cache: Cache): string {
  const records = clusterNames(cache).map((name) => readRecord(clusterDirectory(cache, name)));
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? []);
  for (let number = 0; number < 256; number += 1) {
    const subnet = `10.88.${number}`;
    const isTaken = records.some((record) => record?.subnet === subnet);
    if (!isTaken && !addresses.some((address) => address.startsWith(`${subnet}.`))) return subnet;
  }
  throw new ClusterError('All 256 subnets of 10.88.0.0/16 are in use by other clusters; take some of them down.');
}

/**
 * Starts all processes of an allocated cluster and waits until they are ready.
 *
 * @throws ServiceFailed, ClusterAborted; the caller then removes the cluster
 */
export async function bringUp(supervisor: Supervisor, progress: Progress, signal?: AbortSignal): Promise<void> {
  const started = performance.now();
  await writeCredentials(supervisor.record, signal);
  const api = apiClient(supervisor.record);
  const start = new Start(supervisor, api, progress, signal);
  try {
    await start.everything();
  } finally {
    api.close();
  }
  supervisor.update({ state: 'ready' });
  progress(`Cluster ${supervisor.record.name} is ready after ${elapsedSince(started)}`);
}

/** The steps of a start; independent steps run concurrently. */
class Start {
  readonly #supervisor: Supervisor;
  readonly #api: ApiClient;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;
  readonly #failed = new AbortController();

  constructor(supervisor: Supervisor, api: ApiClient, progress: Progress, signal?: AbortSignal) {
    this.#supervisor = supervisor;
    this.#api = api;
    this.#progress = progress;
    this.#signal = AbortSignal.any([this.#failed.signal, ...(signal ? [signal] : [])]);
  }

  async everything(): Promise<void> {
    await this.#all([this.#controlPlane(), this.#registry(), this.#containerd()]);
    if (this.#supervisor.record.level === 'api') return;
    const applied = applyTekton(this.#supervisor.record, this.#api);
    const controllers = this.#controllers(applied);
    await this.#all([controllers, this.#tekton(applied), this.#kubelet(controllers)]);
  }

  async #controlPlane(): Promise<void> {
    // Concurrently: the API server waits for etcd by itself.
    await this.#all([this.#startAndWait('etcd'), this.#startAndWait('kube-apiserver')]);
  }

  async #registry(): Promise<void> {
    if (this.#supervisor.record.level === 'api') return;
    mkdirSync(join(this.#supervisor.record.directory, 'registry'), { recursive: true });
    await this.#startAndWait('registry');
    await pushImages(this.#supervisor.record);
  }

  /**
   * After Tekton's CRDs: the garbage collector discovers kinds at its start, and again only after 30 s. Until then it cannot
   * finish a foreground deletion of an unknown kind.
   */
  async #controllers(applied: Promise<void>): Promise<void> {
    await applied;
    await this.#supervisor.waitUntil('kube-apiserver', () => knowsTekton(this.#api), this.#signal);
    await this.#supervisor.start('kube-scheduler');
    await this.#startAndWait('kube-controller-manager');
  }

  async #tekton(applied: Promise<void>): Promise<void> {
    await applied;
    await this.#supervisor.start('tekton-resolvers');
    await this.#all([this.#startAndWait('tekton-webhook'), this.#startAndWait('tekton-controller')]);
  }

  async #containerd(): Promise<void> {
    await this.#nodeStep(async () => {
      writeNodeConfiguration(this.#supervisor.record);
      makeCgroups(cgroupName(this.#supervisor.record.directory));
      await this.#startAndWait('sandbox');
      await this.#startAndWait('containerd');
    });
  }

  /** @param controllers required to admit pods: the controller-manager creates their ServiceAccount */
  async #kubelet(controllers: Promise<void>): Promise<void> {
    await this.#nodeStep(async () => {
      await this.#startAndWait('kubelet');
      await controllers;
      await checkPods(this.#supervisor.record, this.#api, this.#signal);
    });
  }

  /**
   * Waits for all steps, because nothing may still be starting while the cluster is removed. The first failure aborts the
   * others and is thrown.
   */
  async #all(steps: readonly Promise<void>[]): Promise<void> {
    const failures: unknown[] = [];
    const settled = steps.map((step) =>
      step.catch((error: unknown) => {
        failures.push(error);
        this.#failed.abort();
      }),
    );
    await Promise.all(settled);
    if (failures.length > 0) throw failures[0];
  }

  async #startAndWait(name: ServiceName): Promise<void> {
    const started = performance.now();
    await this.#supervisor.start(name);
    await this.#supervisor.waitUntil(name, () => isReady(this.#supervisor.record, name, this.#api), this.#signal);
    this.#progress(`${name} is ready (${elapsedSince(started)})`);
  }

  /** A step of the node: if this machine cannot run containers, the cluster continues without and records why. */
  async #nodeStep(step: () => Promise<void>): Promise<void> {
    const { level, pods } = this.#supervisor.record;
    if (level !== 'pods' || !pods.available) return;
    try {
      await step();
    } catch (error) {
      if (error instanceof ClusterAborted || (error instanceof ServiceFailed && error.portTaken)) throw error;
      await this.#supervisor.end('sandbox');
      // Deletes the node, if any, so that pods wait for a node instead of on one that never answers.
      await this.#api.call('DELETE', '/api/v1/nodes/localhost').catch(() => undefined);
      this.#supervisor.update({ pods: { available: false, reason: messageOf(error) } });
      this.#progress(`Continuing without pods: ${messageOf(error)}`);
    }
  }
}

/** Pushes the cluster's images, which contain Linux programs only. */
export async function pushImages(record: ClusterRecord): Promise<void> {
  const { busybox } = findPackages();
  const registry = registryHost(record);
  if (process.platform !== 'linux' || !busybox || !registry) return;
  await pushOwnImages(registry, join(record.buildDirectory, 'bin'), busybox);
}
