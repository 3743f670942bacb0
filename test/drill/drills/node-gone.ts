import { promised, type Drill } from '../drill.ts';
import { holdsWithin } from '../harness/until.ts';

/** Seconds within which a new leader works once it may. */
const takeOverSeconds = 10;
/** Milliseconds that a process which has woken up gets to find that it does not lead any more, and to end. */
const insightMs = 30_000;

/** The leader and a replica of the API freeze with their connections open, and go on later as if nothing had been. */
export const nodeGone: Drill = {
  name: 'node-gone',
  what: 'the leader and a replica of the API are stopped by SIGSTOP, as when their node has lost its network, and woken later',
  async happen({ api, controllers, size, say, signal, caughtUp }) {
    const leader = await controllers.leader(signal);
    const { pid } = await leader.process.up();
    say(`${leader.name} led, and is gone for ${size.gone} s`);
    const onNode = [leader, ...api.members.slice(0, 1)];
    const awake = Promise.all(onNode.map(({ process }) => process.freeze(size.gone * 1_000, signal)));
    // What it has still created is not the work of its successor.
    await caughtUp();
    const goneMs = performance.now();
    await awake;
    say(`${leader.name} has woken up`);
    const ended = await holdsWithin(() => leader.process.pid !== pid, insightMs, signal);
    await leader.process.up();
    say(`${leader.name} is ready again`);
    return { leaderlessMs: goneMs, facts: { 'old leaders that ended when they woke up': Number(ended) } };
  },
  promises: ({ facts, noApiReady, noControllerReady, untilNextPipelineRun = Infinity }, { lease }) => [
    promised(
      `the next PipelineRun comes within the lease and ${takeOverSeconds} s`,
      untilNextPipelineRun <= lease + takeOverSeconds,
    ),
    promised('the other replica of each role is ready all the while', noApiReady === 0 && noControllerReady === 0),
    promised('the old leader ends when it wakes up', facts['old leaders that ended when they woke up'] === 1),
  ],
};
