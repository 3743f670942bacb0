import { toSeconds } from '../client/call-summary.ts';
import { promise, type Drill } from '../drill.ts';

/** Every replica of both roles is replaced, one after the other, as by `kubectl rollout restart`. */
export const rollingUpdate: Drill = {
  name: 'rolling-update',
  description: 'every replica is replaced: a new one is started, and when it is ready an old one gets SIGTERM',
  async inject({ api, controllers, log, signal }) {
    const leader = await controllers.leader(signal);
    // The leader last, so that it is handed over once.
    const old = controllers.members.toSorted((a, b) => Number(a === leader) - Number(b === leader));
    const all = [
      ...api.members.map((replica) => [api, replica] as const),
      ...old.map((replica) => [controllers, replica] as const),
    ];
    let longestStop = 0;
    let toldMs = performance.now();
    for (const [replicas, replica] of all) {
      const { name } = await replicas.add();
      log(`${name} is ready, ${replica.name} is told to stop`);
      toldMs = performance.now();
      await replicas.remove(replica);
      longestStop = Math.max(longestStop, toSeconds(performance.now() - toldMs));
      log(`${replica.name} has ended`);
    }
    return { leaderlessMs: toldMs, facts: { 'longest stop of a replica': longestStop } };
  },
  promises: ({ untilNextPipelineRun = Infinity, noApiReady, noControllerReady, exits, ranIntoDeadline }, { lease }) => [
    promise('the lease is handed over, not waited for', untilNextPipelineRun < lease),
    promise('there is a ready replica of each role all the while', noApiReady === 0 && noControllerReady === 0),
    promise('every replica ends in order', exits === 0),
    promise('no call runs into its deadline', ranIntoDeadline === 0),
  ],
};
