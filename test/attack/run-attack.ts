import { setTimeout as delay } from 'node:timers/promises';
import type { Family } from './families.ts';
import { attackWith } from './harness/attackers.ts';
import { Executions, type ExecutionFigures } from './harness/executions.ts';
import { LegitimateClient, type LegitimateClientFigures } from './harness/legitimate-client.ts';
import { Liveness, type LivenessFigures } from './harness/liveness.ts';
import { memoryLimit, residentMiB, resetPeak } from './harness/processes.ts';
import type { Fixture } from './harness/fixture.ts';

/** What is promised, whatever is attacked. */
export const limits = {
  /** An answer of `/livez`, without the time for which the machine had no processor for the service, in milliseconds. */
  livezMs: 500,
  memoryMiB: memoryLimit / 2 ** 20,
  /** Resident memory of a process after all attacks, beyond that before, in MiB. */
  leftMiB: 50,
} as const;

/** What was seen of one process during an attack. */
export interface ProcessFigures extends LivenessFigures {
  readonly name: string;
  /** Resident memory at most, in MiB. */
  readonly peakMiB: number;
  readonly ended: string | undefined;
}

/** What was seen during the attack of one family. */
export interface FamilyFigures {
  readonly family: string;
  readonly seconds: number;
  readonly processes: readonly ProcessFigures[];
  readonly goodCaller: LegitimateClientFigures;
  readonly executions: ExecutionFigures;
  readonly sameLeader: boolean;
  /** What the attackers did, and how it was answered. */
  readonly attackers: Readonly<Record<string, number>>;
}

/** Lets the attackers of a family attack, and watches the service meanwhile. */
export async function runFamily(
  { name, seconds }: Pick<Family, 'name' | 'seconds'>,
  stage: Fixture,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): Promise<FamilyFigures> {
  const { processes, target, connections, endpoint, namespace, image, api } = stage;
  const leader = await stage.lease();
  for (const { service } of processes) resetPeak(service.pid);
  const begun = performance.now();
  const probes = processes.map((one) => new Liveness(one));
  const goodCaller = new LegitimateClient({ connections, endpoint, namespace });
  const executions = new Executions({ api, namespace, image });
  const attackers = await attackWith({ family: name, seconds, seed, target }, signal);
  const elapsed = (performance.now() - begun) / 1_000;
  const liveness = await Promise.all(probes.map((one) => one.stop()));
  const seen = processes.map(({ name: process, service, ended }, at) => ({
    name: process,
    ...(liveness[at] ?? { worstMs: NaN, worstOwnMs: NaN, failed: NaN, loopLagMs: NaN }),
    peakMiB: residentMiB(service.pid).peak,
    ended: ended(),
  }));
  const now = await stage.lease();
  return {
    family: name,
    seconds: elapsed,
    processes: seen,
    goodCaller: await goodCaller.stop(),
    executions: await executions.stop(),
    sameLeader: now.holder === leader.holder && now.transitions === leader.transitions,
    attackers,
  };
}

/** What was not as promised during an attack, a sentence each. */
export function violationsOf(figures: FamilyFigures): readonly string[] {
  const { family, processes, goodCaller, executions, sameLeader, attackers } = figures;
  const broken = processes.flatMap(({ name, worstOwnMs, failed, peakMiB, ended }) => [
    ...(ended === undefined ? [] : [`${name} has ended: ${ended}`]),
    ...(failed === 0 ? [] : [`${failed} probes of ${name} failed`]),
    ...(worstOwnMs <= limits.livezMs ? [] : [`/livez of ${name} took ${worstOwnMs.toFixed(0)} ms`]),
    ...(peakMiB < limits.memoryMiB ? [] : [`${name} had ${peakMiB.toFixed(0)} MiB`]),
  ]);
  const served = [
    ...goodCaller.failures.map((failure) => `the good caller was refused: ${failure}`),
    ...(goodCaller.calls > 0 ? [] : ['the good caller was not answered']),
    ...(executions.completed > 0 ? [] : ['no execution was completed']),
    ...executions.wrong.map((one) => `an execution did not come to its end: ${one}`),
    ...(sameLeader ? [] : ['the Lease was lost']),
    ...(Object.keys(attackers).length > 0 ? [] : ['the attackers did nothing']),
    ...serverErrors(attackers),
  ];
  return [...broken, ...served].map((sentence) => `${family}: ${sentence}`);
}

/** Answers that blame the service, not the request: HTTP 5xx, gRPC UNKNOWN, INTERNAL and DATA_LOSS. 503 refuses pipelined requests. */
function serverErrors(attackers: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(attackers).flatMap(([name, times]) =>
    /^(HTTP 50[0124]|gRPC (2|13|15))$/.test(name) ? [`${times} attackers were answered ${name}`] : [],
  );
}

/** Milliseconds in which memory has to come back. */
const settleMs = 60_000;

/** Waits until a process has given back its memory; how much it has more than before, in MiB. */
export async function memoryGrowth(pid: number, beforeMiB: number, signal: AbortSignal): Promise<number> {
  const end = performance.now() + settleMs;
  for (;;) {
    const left = residentMiB(pid).now - beforeMiB;
    if (left <= limits.leftMiB || performance.now() > end) return left;
    await delay(500, undefined, { signal });
  }
}
