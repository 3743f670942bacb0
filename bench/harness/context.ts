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
import { startCompleterProcess, type CompleterProcess, type OnEnded } from './completer.ts';
import { startDataStorageProcess } from './data-storage.ts';
import { requestsBetween, type ApiRequest } from './requests.ts';
import { startBenchService, type BenchService } from './service.ts';

/** How a run of benches was asked for. */
export interface RunOptions {
  readonly quick: boolean;
  /** Whether the services leave CPU profiles. */
  readonly profile: boolean;
  /** Where logs and profiles go. */
  readonly directory: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A service under test, and the data storage service that it writes to. */
export interface StartedService extends BenchService {
  readonly dataStoragePid: number;
}

/** Where the API server keeps its audit log. */
export function auditDirectory(directory: string): string {
  return join(directory, 'api-server');
}

/** Where the ceiling is measured. */
const ceilingNamespace = 'bench-ceiling';

/** What a bench works with. Everything that it starts here is ended after the bench, the last one first. */
export class BenchContext {
  /** The load: a bare client with the rights of an administrator. */
  readonly api: ApiServer;
  readonly cluster: Cluster;
  readonly quick: boolean;
  readonly signal: AbortSignal;
  /** For files of this bench that are not results; its own. */
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

  /** One of two sizes, as the run was asked for. */
  size<T>(full: T, quick: T): T {
    return this.quick ? quick : full;
  }

  /** Tells a person a line that stays. */
  log(line: string): void {
    this.#options.progress(`${this.#name}: ${line}`);
  }

  /** Tells a person what comes now, as {@link showProgress} does. @throws the reason when the run was called off: then it does not come */
  step(line: string): void {
    this.signal.throwIfAborted();
    this.showProgress(line);
  }

  /** Tells a person how far it is; the next such line replaces it. Without a terminal nothing is written. It never throws. */
  showProgress(line: string): void {
    this.#options.progress.live?.(`${this.#name}: ${line}`);
  }

  /** Has something done after the bench, before what was deferred earlier. */
  defer(ending: () => Promise<void>): void {
    this.#endings.push(ending);
  }

  /** Another bare client. @param connections how many requests it has under way at most */
  connect(connections = 32): ApiServer {
    const record = readRecord(this.cluster.directory);
    if (record === undefined) throw new Error(`cluster ${this.cluster.name} is gone`);
    const ca = readFileSync(join(record.directory, 'pki', 'ca.crt'), 'utf8');
    const api = new ApiServer({ url: serverUrl(record), ca, token: record.token }, connections);
    this.defer(() => api.close());
    return api;
  }

  /** A new namespace; removed with all that is in it after the services of the bench have ended. */
  async namespace(): Promise<string> {
    const name = `bench-${this.#name}-${randomBytes(3).toString('hex')}`;
    await this.api.must('POST', '/api/v1/namespaces', { metadata: { name } });
    this.defer(async () => {
      // Of a run that was called off nothing comes after it: the cluster goes as a whole.
      if (this.signal.aborted) return;
      this.step(`removing ${name}`);
      await removeNamespace(this.api, name);
      await removeLeases(this.api);
    });
    return name;
  }

  /**
   * Starts the service as it is shipped, as one process, under its own ServiceAccount, with TLS, the lock, leader election,
   * and data storage in a process of its own. It is ready, and has begun to work as the leader, when this resolves.
   *
   * @param settings (WFE_…) over those it is shipped with
   * @param leads false for one that is only ready, because another one leads (`leadElsewhere`)
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
    this.defer(() => service.stop());
    return { ...service, dataStoragePid: storage.pid };
  }

  /** Starts the process that plays Tekton in a namespace; it watches when this resolves. */
  async startCompleter(namespace: string, onEnded: OnEnded = () => undefined): Promise<CompleterProcess> {
    const onFailed = (message: string): void => this.log(message);
    const completer = await startCompleterProcess(this.api.address, namespace, onEnded, onFailed);
    this.defer(() => completer.stop());
    return completer;
  }

  /**
   * Measures what a bare client can do on this API server now. Measured before and after a bench, it tells a slower machine from
   * a slower service. No service may be running: it would take part.
   */
  async rates(concurrency: number): Promise<Rates> {
    this.step(`measuring the ceiling, ${concurrency} at once`);
    const { api } = this;
    await api.call('POST', '/api/v1/namespaces', { metadata: { name: ceilingNamespace } });
    const rates = await measureRates(concurrency, { api, namespace: ceilingNamespace, seconds: this.size(4, 2) });
    await api.must('DELETE', executionsPath(ceilingNamespace));
    return rates;
  }

  /** All that was asked of the API server in some time, by the wall clock. */
  requests(from: number, to: number): Promise<ApiRequest[]> {
    return requestsBetween(auditDirectory(this.#options.directory), from, to);
  }

  /** Ends everything that was started, the last one first. @throws the first failure, when all was tried */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const ending of this.#endings.toReversed()) {
      await ending().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
