import { promise, type Drill } from '../drill.ts';
import { holdsWithin } from '../../support/until.ts';

/** Seconds from the expiry of the lease until a new leader works. */
const takeOverSeconds = 10;
/** Milliseconds within which a resumed process notices the lost lease and exits. */
const exitMs = 30_000;

/** Freezes the leader and an API replica with open connections, and resumes them later. */
export const nodeGone: Drill = {
  name: 'node-gone',
  description:
    'the leader and an API replica are frozen by SIGSTOP, as if their node had lost its network, and resumed later',
  async inject({ api, controllers, size, log, signal, caughtUp }) {
    const leader = await controllers.leader(signal);
    const { pid } = await leader.process.up();
    log(`the leader ${leader.name} is frozen for ${size.nodeOutage} s`);
    const onNode = [leader, ...api.members.slice(0, 1)];
    const awake = Promise.all(onNode.map(({ process }) => process.freeze(size.nodeOutage * 1_000, signal)));
    // Its own last writes must not count as its successor's.
    await caughtUp();
    const goneMs = performance.now();
    await awake;
    log(`${leader.name} is resumed`);
    const ended = await holdsWithin(exitMs, () => leader.process.pid !== pid, signal);
    await leader.process.up();
    log(`${leader.name} is ready again`);
    return { leaderlessMs: goneMs, facts: { 'old leaders that exited when resumed': Number(ended) } };
  },
  promises: ({ facts, noApiReady, noControllerReady, untilNextPipelineRun = Infinity }, { lease }) => [
    promise(
      `the next PipelineRun is created within the lease and ${takeOverSeconds} s`,
      untilNextPipelineRun <= lease + takeOverSeconds,
    ),
    promise('the other replica of each role stays ready', noApiReady === 0 && noControllerReady === 0),
    promise('the old leader exits when resumed', facts['old leaders that exited when resumed'] === 1),
  ],
};
