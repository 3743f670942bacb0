import { setTimeout as delay } from 'node:timers/promises';
import { toSeconds } from '../client/call-summary.ts';
import { promise, type Drill } from '../drill.ts';
import { waitUntil } from '../harness/wait-until.ts';

/** Milliseconds that everything gets to be as before when the API server is back. */
const recoveryMs = 90_000;

/** Nobody reaches the API server for a while. */
export const apiServerAway: Drill = {
  name: 'api-server-away',
  description: 'the API server is ended, and started again later',
  // One that starts takes connections and does not answer. The service waits 5 s for each of: who it is, what they may do.
  deadline: 15,
  async inject({ cluster, api, controllers, size, log, signal, caughtUp }) {
    const before = { api: api.pids, controllers: controllers.pids };
    await cluster.kill('kube-apiserver');
    log(`the API server is away for ${size.outage} s`);
    await caughtUp();
    await delay(size.outage * 1_000, undefined, { signal });
    await cluster.start('kube-apiserver');
    const backAt = performance.now();
    log('the API server is back');
    const ready = await waitUntil(() => api.probes.allReady && controllers.probes.allReady, recoveryMs, signal);
    log(ready ? 'all replicas are ready' : 'some replica is not ready');
    return {
      leaderlessMs: backAt,
      facts: {
        'until all replicas are ready again': ready ? toSeconds(performance.now() - backAt) : Infinity,
        'API processes that have lasted': api.pids.filter((pid) => before.api.includes(pid)).length,
        'controller processes that have lasted': controllers.pids.filter((pid) => before.controllers.includes(pid))
          .length,
      },
    };
  },
  promises: ({ facts, ranIntoDeadline, untilNextPipelineRun = Infinity }, { lease }) => [
    promise('every call is answered, if only with UNAVAILABLE, before its deadline', ranIntoDeadline === 0),
    promise('the API goes on by itself', facts['API processes that have lasted'] === 2),
    promise('a controller goes on by itself', (facts['controller processes that have lasted'] ?? 0) > 0),
    promise('all replicas are ready again', Number.isFinite(facts['until all replicas are ready again'])),
    promise('PipelineRuns are made again within two leases', untilNextPipelineRun <= 2 * lease),
  ],
};
