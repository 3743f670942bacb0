import { toSeconds } from '../client/call-summary.ts';
import { promise, type Drill } from '../drill.ts';

/** Replaces all replicas of both roles one by one, as `kubectl rollout restart` does. */
export const rollingUpdate: Drill = {
  name: 'rolling-update',
  description: 'every replica is replaced: a new one is started, and once it is ready an old one gets SIGTERM',
  async inject({ api, controllers, log, signal }) {
    const leader = await controllers.leader(signal);
    // The leader last, so that leadership is handed over once.
    const old = controllers.members.toSorted((a, b) => Number(a === leader) - Number(b === leader));
    const all = [
      ...api.members.map((replica) => [api, replica] as const),
      ...old.map((replica) => [controllers, replica] as const),
    ];
    let longestStop = 0;
    let toldMs = performance.now();
    for (const [replicas, replica] of all) {
      const { name } = await replicas.add();
      log(`${name} is ready; stopping ${replica.name}`);
      toldMs = performance.now();
      await replicas.remove(replica);
      longestStop = Math.max(longestStop, toSeconds(performance.now() - toldMs));
      log(`${replica.name} has exited`);
    }
    return { leaderlessMs: toldMs, facts: { 'longest shutdown of a replica': longestStop } };
  },
  promises: ({ untilNextPipelineRun = Infinity, noApiReady, noControllerReady, exits, ranIntoDeadline }, { lease }) => [
    promise('the lease is handed over, not waited for', untilNextPipelineRun < lease),
    promise('each role always has a ready replica', noApiReady === 0 && noControllerReady === 0),
    promise('every replica shuts down gracefully', exits === 0),
    promise('no call exceeds its deadline', ranIntoDeadline === 0),
  ],
};
