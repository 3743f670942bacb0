import { setTimeout as delay } from 'node:timers/promises';
import { promise, type Drill } from '../drill.ts';
import { waitUntil } from '../harness/wait-until.ts';

/** All replicas of the API are killed, and stay away for a while. */
export const apiKilled: Drill = {
  name: 'api-killed',
  description: 'all replicas of the API are ended by SIGKILL, and started again later',
  async inject({ api, controllers, etcdWatcher, size, log, signal, caughtUp }) {
    const leader = await controllers.leader(signal);
    const { pid } = await leader.process.up();
    const downMs = size.outage * 1_000;
    await Promise.all(api.members.map(({ process }) => process.kill(downMs)));
    const backAt = performance.now() + downMs;
    log(`the API is away for ${size.outage} s`);
    await caughtUp();
    const allEnded = () => etcdWatcher.ended === etcdWatcher.executions;
    const ended = await waitUntil(allEnded, Math.max(0, backAt - performance.now()), signal);
    const left = etcdWatcher.executions - etcdWatcher.ended;
    log(ended ? 'all executions have ended' : `${left} executions have not ended`);
    await delay(Math.max(0, backAt - performance.now()), undefined, { signal });
    await Promise.all(api.members.map(({ process }) => process.up()));
    log('the API is ready again');
    return {
      facts: { 'executions left without an end': left, 'leaders that stayed': Number(leader.process.pid === pid) },
    };
  },
  promises: ({ facts, exits, noControllerReady }) => [
    promise(
      'the executions that there are come to their end without it',
      facts['executions left without an end'] === 0,
    ),
    promise('the leader stays the leader', facts['leaders that stayed'] === 1),
    promise('the controllers are not affected', exits === 0 && noControllerReady === 0),
  ],
};
