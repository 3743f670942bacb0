import { setTimeout as delay } from 'node:timers/promises';
import { promised, type Drill } from '../drill.ts';
import { holdsWithin } from '../harness/until.ts';

/** All replicas of the API are killed, and stay away for a while. */
export const apiKilled: Drill = {
  name: 'api-killed',
  what: 'all replicas of the API are ended by SIGKILL, and started again later',
  async happen({ api, controllers, witness, size, say, signal, caughtUp }) {
    const leader = await controllers.leader(signal);
    const { pid } = await leader.process.up();
    const downMs = size.away * 1_000;
    await Promise.all(api.members.map(({ process }) => process.kill(downMs)));
    const backAt = performance.now() + downMs;
    say(`the API is away for ${size.away} s`);
    await caughtUp();
    const allEnded = () => witness.ended === witness.executions;
    const ended = await holdsWithin(allEnded, Math.max(0, backAt - performance.now()), signal);
    const left = witness.executions - witness.ended;
    say(ended ? 'all executions have ended' : `${left} executions have not ended`);
    await delay(Math.max(0, backAt - performance.now()), undefined, { signal });
    await Promise.all(api.members.map(({ process }) => process.up()));
    say('the API is ready again');
    return {
      facts: { 'executions left without an end': left, 'leaders that stayed': Number(leader.process.pid === pid) },
    };
  },
  promises: ({ facts, exits, noControllerReady }) => [
    promised(
      'the executions that there are come to their end without it',
      facts['executions left without an end'] === 0,
    ),
    promised('the leader stays the leader', facts['leaders that stayed'] === 1),
    promised('the controllers are not affected', exits === 0 && noControllerReady === 0),
  ],
};
