import { promise, type Drill } from '../drill.ts';

/** Seconds within which a new leader works once it may: it asks for the lease every 2 s, and reads the cluster's state. */
const takeOverSeconds = 10;

/** The process of the leader is killed, and started again at once. */
export const leaderKilled: Drill = {
  name: 'leader-killed',
  description: 'the leading controller is ended by SIGKILL, and started again after a second',
  async inject({ controllers, log, signal, caughtUp }) {
    const leader = await controllers.leader(signal);
    await leader.process.kill(1_000);
    log(`${leader.name} led, and was killed`);
    // What it has still created is not the work of its successor.
    await caughtUp();
    const killed = performance.now();
    await leader.process.up();
    log(`${leader.name} is ready again`);
    return { leaderlessMs: killed };
  },
  promises: ({ untilNextPipelineRun = Infinity, noApiReady, noControllerReady }, { lease }) => [
    promise(
      `the next PipelineRun comes within the lease and ${takeOverSeconds} s`,
      untilNextPipelineRun <= lease + takeOverSeconds,
    ),
    promise('the other controller and the API are ready all the while', noControllerReady === 0 && noApiReady === 0),
  ],
};
