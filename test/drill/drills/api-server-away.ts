import { setTimeout as delay } from 'node:timers/promises';
import { toSeconds } from '../client/call-summary.ts';
import { promise, type Drill } from '../drill.ts';
import { holdsWithin } from '../../support/until.ts';

/** Recovery timeout in milliseconds once the API server is back. */
const recoveryMs = 90_000;

/** Stops the API server for a while. */
export const apiServerAway: Drill = {
  name: 'api-server-away',
  description: 'the API server is stopped and restarted later',
  // A starting API server accepts connections without answering. The service waits 5 s each for authentication and
  // authorization.
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
    const ready = await holdsWithin(recoveryMs, () => api.probes.allReady && controllers.probes.allReady, signal);
    log(ready ? 'all replicas are ready' : 'some replica is not ready');
    return {
      leaderlessMs: backAt,
      facts: {
        'until all replicas are ready again': ready ? toSeconds(performance.now() - backAt) : Infinity,
        'API processes that survived': api.pids.filter((pid) => before.api.includes(pid)).length,
        'controller processes that survived': controllers.pids.filter((pid) => before.controllers.includes(pid)).length,
      },
    };
  },
  promises: ({ facts, ranIntoDeadline, untilNextPipelineRun = Infinity }, { lease }) => [
    promise('every call is answered before its deadline, if only with UNAVAILABLE', ranIntoDeadline === 0),
    promise('the API recovers without restart', facts['API processes that survived'] === 2),
    promise('a controller recovers without restart', (facts['controller processes that survived'] ?? 0) > 0),
    promise('all replicas are ready again', Number.isFinite(facts['until all replicas are ready again'])),
    promise('PipelineRuns are created again within two lease durations', untilNextPipelineRun <= 2 * lease),
  ],
};
