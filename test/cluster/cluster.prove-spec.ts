import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { apiClient } from './api-client.ts';
import { clusterDirectory, findCache } from './cache.ts';
import { leftovers } from './cleanup.ts';
import { startCluster, takeDown, type StartClusterOptions } from './index.ts';
import { identify, isAlive } from './process.ts';
import { readRecord, type ClusterRecord } from './record.ts';
import { sweep } from './sweep.ts';

/** Minimal clusters of this file. */
const nameOf = (what: string) => `spec-${process.pid}-${what}`;
const directoryOf = (what: string) => clusterDirectory(findCache(), nameOf(what));
const options = (what: string) =>
  ({ name: nameOf(what), level: 'api', ignoreKubeconfig: true }) satisfies StartClusterOptions;
const used = ['down', 'restart', 'orphan', 'half', 'aborted', 'twice'];

/** Timeout for operations that take seconds on two busy cores. */
const patience = 60_000;

describe('a local cluster', () => {
  afterAll(() => Promise.all(used.map((what) => takeDown(nameOf(what)))), patience);

  it(
    'is removed completely and idempotently',
    async () => {
      const cluster = await startCluster(options('down'));
      const server = cluster.server;
      expect(await answers(server)).toBe(true);

      await cluster.stop();
      await cluster.stop();

      expect(leftovers(directoryOf('down'))).toEqual([]);
      expect(await answers(server)).toBe(false);
    },
    patience,
  );

  it(
    'keeps its address and objects when its API server is restarted or killed',
    async () => {
      const cluster = await startCluster(options('restart'));
      const record = readRecord(cluster.directory)!;
      const configMap = JSON.stringify({ metadata: { name: 'kept' } });
      const path = '/api/v1/namespaces/default/configmaps';
      expect(await call(record, 'POST', path, configMap)).toBe(201);

      await cluster.kill('kube-apiserver');
      expect(await answers(cluster.server)).toBe(false);
      await cluster.start('kube-apiserver');

      expect(await call(record, 'GET', `${path}/kept`)).toBe(200);
      await cluster.stop();
    },
    patience,
  );

  it(
    'is removed by the next start when its owner was killed',
    async () => {
      const owner = await startElsewhere('orphan', 'up');
      expect(existsSync(directoryOf('orphan'))).toBe(true);

      await kill(owner);
      const told: string[] = [];
      await sweep(findCache(), (line) => told.push(line));

      expect(told).toContainEqual(expect.stringContaining(`Removing cluster ${nameOf('orphan')}: its owner, process`));
      expect(leftovers(directoryOf('orphan'))).toEqual([]);
    },
    patience,
  );

  it(
    'can be taken down when incomplete',
    async () => {
      const starter = await startElsewhere('half', 'etcd');
      await kill(starter);
      const { etcd } = readRecord(directoryOf('half'))?.processes ?? {};

      await takeDown(nameOf('half'));

      expect(etcd && isAlive(etcd)).toBe(false);
      expect(leftovers(directoryOf('half'))).toEqual([]);
    },
    patience,
  );

  it(
    'is removed completely when its start is aborted',
    async () => {
      const controller = new AbortController();
      const starting = startCluster({ ...options('aborted'), signal: controller.signal });
      starting.catch(() => undefined);
      await until(() => readRecord(directoryOf('aborted'))?.processes['kube-apiserver'] !== undefined);

      controller.abort();

      await expect(starting).rejects.toThrow('The start was aborted; everything was removed.');
      expect(leftovers(directoryOf('aborted'))).toEqual([]);
    },
    patience,
  );

  it(
    'without owner is shared by later starts and survives their stop',
    async () => {
      const first = await startCluster({ ...options('twice'), owner: 'none' });
      const second = await startCluster({ ...options('twice'), owner: 'none' });

      await second.stop();

      expect(second.server).toBe(first.server);
      expect(await answers(first.server)).toBe(true);
      await first.stop();
      expect(await answers(first.server)).toBe(false);
    },
    patience,
  );
});

/** Calls the API server; resolves to the HTTP status. */
async function call(record: ClusterRecord, method: string, path: string, body?: string): Promise<number> {
  const api = apiClient(record);
  const { status } = await api.call(method, path, body);
  api.close();
  return status;
}

/** Whether the address answers; the record identifies the server. */
function answers(server: string): Promise<boolean> {
  const { port } = new URL(server);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Starts a cluster from another process; resolves once it is up, or once its etcd runs. */
async function startElsewhere(what: string, moment: 'up' | 'etcd'): Promise<ChildProcess> {
  const script = `
    const { startCluster } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))});
    await startCluster(${JSON.stringify(options(what))});
    console.log('up');
    setInterval(() => undefined, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (moment === 'up') await once(child.stdout, 'data');
  else await until(() => readRecord(directoryOf(what))?.processes['etcd'] !== undefined);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect(identify(child.pid ?? 0)).toBeUndefined();
}

/** Waits for another process; Jest's own timeout is the deadline. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await delay(5);
}
