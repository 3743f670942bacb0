import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster, Progress } from '../../test/cluster/index.ts';
import { readRecord, serverUrl } from '../../test/cluster/record.ts';
import { serviceKubeconfig } from '../../test/support/service-account.ts';
import { ApiServer } from '../load/api-server.ts';
import { executionsPath } from '../load/executions.ts';
import { measureRates, type Rates } from './ceiling.ts';
import { removeLeases, removeNamespace } from './clean-up.ts';
import { startFakeTektonProcess, type FakeTektonProcess, type OnEnded } from './fake-tekton.ts';
import { startDataStorageProcess } from './data-storage.ts';
import { requestsBetween, type ApiRequest } from './requests.ts';
import { startBenchService, type BenchService } from './service.ts';

/** Options of a run. */
export interface RunOptions {
  readonly quick: boolean;
  /** Whether services write CPU profiles. */
  readonly profile: boolean;
  /** Directory of logs and profiles. */
  readonly directory: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A service under test with its data storage service. */
export interface StartedService extends BenchService {
  readonly dataStoragePid: number;
}

/** Directory of the API server's audit log. */
export function auditDirectory(directory: string): string {
  return join(directory, 'api-server');
}

/** Namespace in which the ceiling is measured. */
const ceilingNamespace = 'bench-ceiling';

/** Context of a bench. Everything started through it is stopped after the bench, last first. */
export class BenchContext {
  /** The load: a bare client with administrator permissions. */
  readonly api: ApiServer;
  readonly cluster: Cluster;
  readonly quick: boolean;
  readonly signal: AbortSignal;
  /** Scratch directory of this bench. */
  readonly directory: string;
  readonly #options: RunOptions;
  readonly #name: string;
  readonly #endings: (() => Promise<void>)[] = [];
  #started = 0;

  constructor(name: string, cluster: Cluster, options: RunOptions) {
    this.#name = name;
    this.#options = options;
    this.cluster = cluster;
    this.quick = options.quick;
    this.signal = options.signal;
    this.directory = join(options.directory, name);
    mkdirSync(this.directory, { recursive: true });
    this.api = this.connect();
  }

  /** One of two sizes, depending on the run. */
  size<T>(full: T, quick: T): T {
    return this.quick ? quick : full;
  }

  /** Prints a line. */
  log(line: string): void {
    this.#options.progress(`${this.#name}: ${line}`);
  }

  /**
   * Shows the next step.
   *
   * @throws the signal's reason if the run was aborted
   */
  step(line: string): void {
    this.signal.throwIfAborted();
    this.showProgress(line);
  }

  /** Shows live progress on a terminal, replaced by the next line. Never throws. */
  showProgress(line: string): void {
    this.#options.progress.live?.(`${this.#name}: ${line}`);
  }

  /** Defers a cleanup until after the bench, last first. */
  defer(ending: () => Promise<void>): void {
    this.#endings.push(ending);
  }

  /**
   * Creates another bare client.
   *
   * @param connections maximum number of concurrent requests
   */
  connect(connections = 32): ApiServer {
    const record = readRecord(this.cluster.directory);
    if (record === undefined) throw new Error(`cluster ${this.cluster.name} is gone`);
    const ca = readFileSync(join(record.directory, 'pki', 'ca.crt'), 'utf8');
    const api = new ApiServer({ url: serverUrl(record), ca, token: record.token }, connections);
    this.defer(() => api.close());
    return api;
  }

  /** Creates a namespace, which is removed with its content after the services of the bench have stopped. */
  async namespace(): Promise<string> {
    const name = `bench-${this.#name}-${randomBytes(3).toString('hex')}`;
    await this.api.must('POST', '/api/v1/namespaces', { metadata: { name } });
    this.defer(async () => {
      // After an abort the whole cluster is removed.
      if (this.signal.aborted) return;
      this.step(`removing ${name}`);
      await removeNamespace(this.api, name);
      await removeLeases(this.api);
    });
    return name;
  }

  /**
   * Starts the service with shipped settings as one process, under its own ServiceAccount, with TLS, locks, leader election,
   * and a data storage process. It is ready and leading when this resolves.
   *
   * @param settings (WFE_…) over the shipped ones
   * @param leads false if another replica leads (`leadElsewhere`)
   */
  async startService(settings: Readonly<Record<string, string>> = {}, leads = true): Promise<StartedService> {
    const directory = join(this.directory, `service-${(this.#started += 1)}`);
    mkdirSync(directory, { recursive: true });
    const storage = await startDataStorageProcess(join(directory, 'data-storage'));
    this.defer(() => storage.stop());
    const service = await startBenchService({
      kubeconfig: await serviceKubeconfig(this.cluster, directory),
      dataStorageUrl: storage.url,
      ...{ directory, settings, leads, profile: this.#options.profile, signal: this.signal },
    });
    const stop = async (): Promise<void> => {
      await service.stop();
      await storage.stop();
    };
    this.defer(stop);
    return { ...service, dataStoragePid: storage.pid, stop };
  }

  /** Starts a fake Tekton process in a namespace; it watches when this resolves. */
  async startFakeTekton(namespace: string, onEnded: OnEnded = () => undefined): Promise<FakeTektonProcess> {
    const onFailed = (message: string): void => this.log(message);
    const fakeTekton = await startFakeTektonProcess(this.api.address, namespace, onEnded, onFailed);
    this.defer(() => fakeTekton.stop());
    return fakeTekton;
  }

  /**
   * Measures the ceiling of this API server now. Measured before and after a bench, it distinguishes a slower machine from a
   * slower service. No service may be running.
   */
  async rates(concurrency: number): Promise<Rates> {
    this.step(`measuring the ceiling, ${concurrency} at once`);
    const { api } = this;
    await api.call('POST', '/api/v1/namespaces', { metadata: { name: ceilingNamespace } });
    const rates = await measureRates(concurrency, { api, namespace: ceilingNamespace, seconds: this.size(4, 2) });
    await api.must('DELETE', executionsPath(ceilingNamespace));
    return rates;
  }

  /** All requests to the API server in a period of wall clock time. */
  requests(from: number, to: number): Promise<ApiRequest[]> {
    return requestsBetween(auditDirectory(this.#options.directory), from, to);
  }

  /**
   * Stops everything, last first.
   *
   * @throws the first failure, after all were tried
   */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const ending of this.#endings.toReversed()) {
      await ending().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
