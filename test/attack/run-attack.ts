import { setTimeout as delay } from 'node:timers/promises';
import type { Family } from './families.ts';
import { attackWith } from './harness/attackers.ts';
import { Executions, type ExecutionFigures } from './harness/executions.ts';
import { LegitimateClient, type LegitimateClientFigures } from './harness/legitimate-client.ts';
import { Liveness, type LivenessFigures } from './harness/liveness.ts';
import { memoryLimit, residentMiB, resetPeak } from './harness/processes.ts';
import type { Fixture } from './harness/fixture.ts';

/** Limits that hold during every attack. */
export const limits = {
  /** Response time of `/livez` without waits for a CPU, in milliseconds. */
  livezMs: 500,
  memoryMiB: memoryLimit / 2 ** 20,
  /** Growth of resident memory after all attacks, in MiB. */
  leftMiB: 50,
} as const;

/** Figures of one process during an attack. */
export interface ProcessFigures extends LivenessFigures {
  readonly name: string;
  /** Peak resident memory in MiB. */
  readonly peakMiB: number;
  readonly ended: string | undefined;
}

/** Figures of one family's attack. */
export interface FamilyFigures {
  readonly family: string;
  readonly seconds: number;
  readonly processes: readonly ProcessFigures[];
  readonly goodCaller: LegitimateClientFigures;
  readonly executions: ExecutionFigures;
  readonly sameLeader: boolean;
  /** Counts of the attackers' actions and of the responses. */
  readonly attackers: Readonly<Record<string, number>>;
}

/** Runs the attackers of a family and measures the service. */
export async function runFamily(
  { name, seconds }: Pick<Family, 'name' | 'seconds'>,
  fixture: Fixture,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): Promise<FamilyFigures> {
  const { processes, target, connections, endpoint, namespace, image, api } = fixture;
  const leader = await fixture.lease();
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
  const now = await fixture.lease();
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

/** Violations of the limits during an attack, a sentence each. */
export function violationsOf(figures: FamilyFigures): readonly string[] {
  const { family, processes, goodCaller, executions, sameLeader, attackers } = figures;
  const broken = processes.flatMap(({ name, worstOwnMs, failed, peakMiB, ended }) => [
    ...(ended === undefined ? [] : [`${name} exited: ${ended}`]),
    ...(failed === 0 ? [] : [`${failed} probes of ${name} failed`]),
    ...(worstOwnMs <= limits.livezMs ? [] : [`/livez of ${name} took ${worstOwnMs.toFixed(0)} ms`]),
    ...(peakMiB < limits.memoryMiB ? [] : [`${name} had ${peakMiB.toFixed(0)} MiB`]),
  ]);
  const served = [
    ...goodCaller.failures.map((failure) => `the legitimate client was refused: ${failure}`),
    ...(goodCaller.calls > 0 ? [] : ['the legitimate client was not answered']),
    ...(executions.completed > 0 ? [] : ['no execution was completed']),
    ...executions.wrong.map((one) => `an execution did not complete: ${one}`),
    ...(sameLeader ? [] : ['the Lease was lost']),
    ...(Object.keys(attackers).length > 0 ? [] : ['the attackers did nothing']),
    ...serverErrors(attackers),
  ];
  return [...broken, ...served].map((sentence) => `${family}: ${sentence}`);
}

/**
 * Responses that indicate a server error: HTTP 5xx, gRPC UNKNOWN, INTERNAL and DATA_LOSS. 503 refuses pipelined requests.
 */
function serverErrors(attackers: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(attackers).flatMap(([name, times]) =>
    /^(HTTP 50[0124]|gRPC (2|13|15))$/.test(name) ? [`${times} attackers were answered ${name}`] : [],
  );
}

/** Timeout in milliseconds for memory to be released. V8 collects some 10 to 20 s after the last call. */
const settleMs = 60_000;

/** Waits until a process has released its memory; returns the remaining growth in MiB. */
export async function memoryGrowth(pid: number, beforeMiB: number, signal: AbortSignal): Promise<number> {
  const end = performance.now() + settleMs;
  for (;;) {
    const left = residentMiB(pid).now - beforeMiB;
    if (left <= limits.leftMiB || performance.now() > end) return left;
    await delay(500, undefined, { signal });
  }
}
