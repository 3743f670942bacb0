import { promise, type Drill } from '../drill.ts';

/**
 * Seconds from the expiry of the lease until a new leader works: it retries every 2 s and lists the cluster's state.
 */
const takeOverSeconds = 10;

/** Kills and restarts the leader. */
export const leaderKilled: Drill = {
  name: 'leader-killed',
  description: 'the leading controller is killed and restarted after a second',
  async inject({ controllers, log, signal, caughtUp }) {
    const leader = await controllers.leader(signal);
    await leader.process.kill(1_000);
    log(`the leader ${leader.name} was killed`);
    // Its own last writes must not count as its successor's.
    await caughtUp();
    const killed = performance.now();
    await leader.process.up();
    log(`${leader.name} is ready again`);
    return { leaderlessMs: killed };
  },
  promises: ({ untilNextPipelineRun = Infinity, noApiReady, noControllerReady }, { lease }) => [
    promise(
      `the next PipelineRun is created within the lease and ${takeOverSeconds} s`,
      untilNextPipelineRun <= lease + takeOverSeconds,
    ),
    promise('the other controller and the API stay ready', noControllerReady === 0 && noApiReady === 0),
  ],
};
