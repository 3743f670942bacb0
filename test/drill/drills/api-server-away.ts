import { setTimeout as delay } from 'node:timers/promises';
import { toSeconds } from '../client/tally.ts';
import { promised, type Drill } from '../drill.ts';
import { holdsWithin } from '../harness/until.ts';

/** Milliseconds that everything gets to be as before when the API server is back. */
const backMs = 90_000;

/** Nobody reaches the API server for a while. */
export const apiServerAway: Drill = {
  name: 'api-server-away',
  what: 'the API server is ended, and started again later',
  // One that starts takes connections and does not answer. The service waits 5 s for each of: who it is, what they may do.
  deadline: 15,
  async happen({ cluster, api, controllers, size, say, signal, caughtUp }) {
    const before = { api: api.pids, controllers: controllers.pids };
    await cluster.kill('kube-apiserver');
    say(`the API server is away for ${size.away} s`);
    await caughtUp();
    await delay(size.away * 1_000, undefined, { signal });
    await cluster.start('kube-apiserver');
    const backAt = performance.now();
    say('the API server is back');
    const ready = await holdsWithin(() => api.probes.allReady && controllers.probes.allReady, backMs, signal);
    say(ready ? 'all replicas are ready' : 'some replica is not ready');
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
    promised('every call is answered, if only with UNAVAILABLE, before its deadline', ranIntoDeadline === 0),
    promised('the API goes on by itself', facts['API processes that have lasted'] === 2),
    promised('a controller goes on by itself', (facts['controller processes that have lasted'] ?? 0) > 0),
    promised('all replicas are ready again', Number.isFinite(facts['until all replicas are ready again'])),
    promised('PipelineRuns are made again within two leases', untilNextPipelineRun <= 2 * lease),
  ],
};
