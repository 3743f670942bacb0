import { join } from 'node:path';
import { freePorts } from '../../cluster/ports.ts';
import { Replica } from '../../chaos/harness/replica.ts';
import type { Endpoint } from '../client/connections.ts';
import { Probes } from './probes.ts';
import { holdsWithin } from '../../support/until.ts';

/** Timeout for a replica to lead, in milliseconds. */
const leaderMs = 60_000;

/** Options of a role's replicas. */
export interface ReplicasOptions {
  readonly role: 'api' | 'controller';
  readonly kubeconfig: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Directory of their logs. */
  readonly directory: string;
  readonly log: (line: string) => void;
}

/** A replica of a drill, at fixed addresses. */
export interface DrillReplica {
  readonly name: string;
  /** Addresses of its API; unused by a controller. */
  readonly endpoint: Endpoint;
  readonly process: Replica;
}

/** The replicas of a role, managed as by a Deployment and its Service. */
export class Replicas {
  readonly probes = new Probes();
  readonly #options: ReplicasOptions;
  readonly #all: DrillReplica[] = [];
  #members: readonly DrillReplica[] = [];
  #started = 0;

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  /** Replicas that have not been stopped. */
  get members(): readonly DrillReplica[] {
    return this.#members;
  }

  /** Number of exits without being stopped. */
  get unplannedExits(): number {
    return this.#all.reduce((sum, { process }) => sum + process.unplannedExits, 0);
  }

  /** Starts another replica and waits until it is ready. */
  async add(): Promise<DrillReplica> {
    const { role, kubeconfig, directory, log } = this.#options;
    const number = this.#started++;
    const ports = await freePorts(['http', 'grpc', 'metrics', 'health']);
    const [http, grpc] = [`127.0.0.1:${ports.http}`, `127.0.0.1:${ports.grpc}`];
    const settings = {
      ...this.#options.settings,
      WFE_ROLES: role,
      WFE_HTTP_ADDRESS: http,
      WFE_GRPC_ADDRESS: grpc,
      WFE_METRICS_ADDRESS: `127.0.0.1:${ports.metrics}`,
      WFE_HEALTH_ADDRESS: `127.0.0.1:${ports.health}`,
    };
    const logFile = join(directory, `${role}-${number}.log`);
    const process = new Replica({ number, kubeconfig, settings, logFile, log });
    const replica = { name: `${role} ${number}`, endpoint: { http, grpc }, process };
    this.#all.push(replica);
    await process.up();
    this.probes.add(replica.name, `127.0.0.1:${ports.health}`);
    this.#members = [...this.#members, replica];
    return replica;
  }

  /** Stops a replica as a Deployment does: removed from the endpoints, then SIGTERM. */
  async remove(replica: DrillReplica): Promise<void> {
    this.#members = this.#members.filter((one) => one !== replica);
    this.probes.remove(replica.name);
    await replica.process.stop();
  }

  /** Waits for the leading replica. */
  async leader(signal: AbortSignal): Promise<DrillReplica> {
    const find = () => this.#members.find(({ process }) => process.isLeading && !process.isFrozen);
    await holdsWithin(leaderMs, () => find() !== undefined, signal);
    const leader = find();
    if (leader === undefined) throw new Error('no replica has become the leader');
    return leader;
  }

  /** Process ids of running replicas. */
  get pids(): readonly number[] {
    return this.#members.flatMap(({ process }) => (process.pid === undefined ? [] : [process.pid]));
  }

  /** Stops all replicas. */
  async close(): Promise<void> {
    this.probes.stop();
    await Promise.all(this.#all.map(({ process }) => process.stop()));
  }
}
