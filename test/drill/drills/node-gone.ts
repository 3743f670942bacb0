import { promise, type Drill } from '../drill.ts';
import { waitUntil } from '../harness/wait-until.ts';

/** Seconds within which a new leader works once it may. */
const takeOverSeconds = 10;
/** Milliseconds that a process which has woken up gets to find that it does not lead any more, and to end. */
const exitMs = 30_000;

/** The leader and a replica of the API freeze with their connections open, and go on later as if nothing had been. */
export const nodeGone: Drill = {
  name: 'node-gone',
  description:
    'the leader and a replica of the API are stopped by SIGSTOP, as when their node has lost its network, and woken later',
  async inject({ api, controllers, size, log, signal, caughtUp }) {
    const leader = await controllers.leader(signal);
    const { pid } = await leader.process.up();
    log(`${leader.name} led, and is gone for ${size.nodeOutage} s`);
    const onNode = [leader, ...api.members.slice(0, 1)];
    const awake = Promise.all(onNode.map(({ process }) => process.freeze(size.nodeOutage * 1_000, signal)));
    // What it has still created is not the work of its successor.
    await caughtUp();
    const goneMs = performance.now();
    await awake;
    log(`${leader.name} has woken up`);
    const ended = await waitUntil(() => leader.process.pid !== pid, exitMs, signal);
    await leader.process.up();
    log(`${leader.name} is ready again`);
    return { leaderlessMs: goneMs, facts: { 'old leaders that ended when they woke up': Number(ended) } };
  },
  promises: ({ facts, noApiReady, noControllerReady, untilNextPipelineRun = Infinity }, { lease }) => [
    promise(
      `the next PipelineRun comes within the lease and ${takeOverSeconds} s`,
      untilNextPipelineRun <= lease + takeOverSeconds,
    ),
    promise('the other replica of each role is ready all the while', noApiReady === 0 && noControllerReady === 0),
    promise('the old leader ends when it wakes up', facts['old leaders that ended when they woke up'] === 1),
  ],
};
