import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { LeaderElector, type LeadershipEnd } from '../../../src/kubernetes/leader-elector.ts';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { drop, loseAnswer } from '../support/faults.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const config = sharedCluster();
const client = new KubernetesClient(config);
let namespace: TestNamespace;
let proxy: FaultProxy;
let candidates: Candidate[];

beforeAll(async () => {
  namespace = await createNamespace(client, 'leader');
});

afterAll(async () => {
  await namespace.delete();
  await config.close();
});

let round = 0;
beforeEach(async () => {
  round++;
  candidates = [];
  proxy = await new FaultProxy(config).listen();
});

afterEach(async () => {
  for (const candidate of candidates) await candidate.stop();
  await proxy.close();
});

interface Candidate {
  readonly elector: LeaderElector;
  /** How its leadership ended, once it has. */
  readonly end: () => LeadershipEnd | undefined;
  stop(): Promise<void>;
}

/** A candidate that works until it is told to end. Short times, so that a takeover is over soon. */
function enter(identity: string, through: PooledKubeConfig): Candidate {
  const elector = new LeaderElector({
    client: new KubernetesClient(through),
    lease: { namespace: namespace.name, name: `leader-${round}` },
    identity,
    leaseDurationMs: 2_000,
    renewDeadlineMs: 1_200,
    retryPeriodMs: 100,
  });
  const stopping = new AbortController();
  let end: LeadershipEnd | undefined;
  const run = elector
    .run(stopping.signal, (leading) => new Promise((resolve) => leading.addEventListener('abort', () => resolve())))
    .then((how) => (end = how));
  const stop = async () => {
    stopping.abort();
    await run;
    if (through !== config) await through.close();
  };
  const candidate = { elector, end: () => end, stop };
  candidates.push(candidate);
  return candidate;
}

async function aLeaderAndAnother() {
  const leader = enter('first', proxy.kubeConfig());
  await until('the first one leads', () => leader.elector.isLeader);
  const other = enter('second', config);
  await until('the other one has seen it', () => other.elector.leader === 'first');
  return { leader, other };
}

const lease = () => client.get(leaseResource, { namespace: namespace.name, name: `leader-${round}` });

describe('of two candidates', () => {
  it('the other one leads as soon as the first one stops', async () => {
    const { leader, other } = await aLeaderAndAnother();
    expect(other.elector.isLeader).toBe(false);
    await leader.stop();
    expect(leader.end()).toBe('stopped');
    await until('the other one leads', () => other.elector.isLeader);
    expect((await lease()).spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 });
  });

  it('the first one notices that it is cut off before the other one leads', async () => {
    const { leader, other } = await aLeaderAndAnother();
    proxy.inject({}, drop());
    await until('the other one leads', () => {
      expect(leader.elector.isLeader && other.elector.isLeader).toBe(false);
      return other.elector.isLeader;
    });
    expect(leader.end()).toBe('lost');
  });

  it('the first one goes on leading when answers to its renewals are lost', async () => {
    const { leader, other } = await aLeaderAndAnother();
    const lost = proxy.inject({ method: 'PUT' }, loseAnswer(), 3);
    await until('three were lost, and more have come through', () => {
      return lost.hits === 3 && proxy.seen({ method: 'PUT' }).length > 10;
    });
    expect([leader.elector.isLeader, other.elector.isLeader]).toEqual([true, false]);
    expect((await lease()).spec).toMatchObject({ holderIdentity: 'first', leaseTransitions: 0 });
  });

  it('exactly one leads when both begin at once', async () => {
    const both = [enter('first', proxy.kubeConfig()), enter('second', config)];
    await until('one leads', () => both.some(({ elector }) => elector.isLeader));
    await until('both know which', () => both.every(({ elector }) => elector.leader !== undefined));
    expect(both.filter(({ elector }) => elector.isLeader)).toHaveLength(1);
    expect(new Set(both.map(({ elector }) => elector.leader)).size).toBe(1);
  });
});
