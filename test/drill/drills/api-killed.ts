import { setTimeout as delay } from 'node:timers/promises';
import { promise, type Drill } from '../drill.ts';
import { holdsWithin } from '../../support/until.ts';

/** Kills all API replicas and restarts them later. */
export const apiKilled: Drill = {
  name: 'api-killed',
  description: 'all API replicas are killed and restarted later',
  async inject({ api, controllers, etcdWatcher, size, log, signal, caughtUp }) {
    const leader = await controllers.leader(signal);
    const { pid } = await leader.process.up();
    const downMs = size.outage * 1_000;
    await Promise.all(api.members.map(({ process }) => process.kill(downMs)));
    const backAt = performance.now() + downMs;
    log(`the API is away for ${size.outage} s`);
    await caughtUp();
    const allEnded = () => etcdWatcher.ended === etcdWatcher.executions;
    const ended = await holdsWithin(Math.max(0, backAt - performance.now()), allEnded, signal);
    const left = etcdWatcher.executions - etcdWatcher.ended;
    log(ended ? 'all executions have ended' : `${left} executions have not ended`);
    await delay(Math.max(0, backAt - performance.now()), undefined, { signal });
    await Promise.all(api.members.map(({ process }) => process.up()));
    log('the API is ready again');
    return {
      facts: { 'unfinished executions': left, 'leaders that kept the lease': Number(leader.process.pid === pid) },
    };
  },
  promises: ({ facts, exits, noControllerReady }) => [
    promise('existing executions complete without the API', facts['unfinished executions'] === 0),
    promise('the leader keeps the lease', facts['leaders that kept the lease'] === 1),
    promise('the controllers are not affected', exits === 0 && noControllerReady === 0),
  ],
};
