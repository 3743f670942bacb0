import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../test/cluster/ports.ts';
import { certificateAuthority } from '../../test/support/certificates.ts';
import { scrape, type Scrape } from '../../test/support/scrape.ts';
import { nodeArguments } from '../../test/support/service.ts';
import { usageOf, type ProcessUsage } from './process-usage.ts';

/** Milliseconds between two looks whether the service is ready; more often, they would be a part of what it does. */
const pollEveryMs = 50;
/** Milliseconds until a started service is at rest, its heap compacted (src/kubernetes/heap-compaction.ts). */
export const restMs = 15_000;
/** Milliseconds that it may take to start, and to end. */
const timeoutMs = 120_000;

/** What a service is started with. */
export interface ServiceStart {
  readonly kubeconfig: string;
  readonly dataStorageUrl: string;
  /** Where its log, its certificate and, with `profile`, its CPU profile go. */
  readonly directory: string;
  readonly profile: boolean;
  /** Settings (WFE_…) over those it is shipped with. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether it is to lead; else another one does (see `leadElsewhere`). */
  readonly leads: boolean;
  readonly signal: AbortSignal;
}

/** The service under test: one process of `node dist/main.js`, in production mode. */
export interface BenchService {
  readonly pid: number;
  /** `host:port` of REST, behind TLS. */
  readonly http: string;
  /** `host:port` of gRPC, behind TLS. */
  readonly grpc: string;
  /** `host:port` of the metrics. */
  readonly metrics: string;
  /** PEM of who signed its certificate. */
  readonly ca: string;
  /** Milliseconds from the start of the process until it said at /readyz that it is ready. */
  readonly readyAfterMs: number;
  readonly usage: () => ProcessUsage;
  readonly scrape: () => Promise<Scrape>;
  /** Ends it in order; doing it again does nothing. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts the service, and waits until it is ready, and has begun to work as the leader if it is to.
 *
 * @throws Error with the end of its log, when it ends before that
 */
export async function startBenchService(start: ServiceStart): Promise<BenchService> {
  const { directory, kubeconfig, signal } = start;
  mkdirSync(directory, { recursive: true });
  const ports = await freePorts(['http', 'grpc', 'metrics', 'health']);
  const at = (port: number) => `127.0.0.1:${port}`;
  const { ca, settings: tls } = await certificateIn(directory);
  const logFile = join(directory, 'service.log');
  const log = openSync(logFile, 'w');
  const inherited = Object.entries(process.env).filter(([name]) => !/^(WFE_|NODE_)/.test(name));
  const profiling = start.profile ? ['--cpu-prof', `--cpu-prof-dir=${directory}`] : [];
  const began = performance.now();
  const child = spawn(process.execPath, [...profiling, ...nodeArguments()], {
    env: {
      ...Object.fromEntries(inherited),
      NODE_ENV: 'production',
      KUBECONFIG: kubeconfig,
      WFE_HTTP_ADDRESS: at(ports.http),
      WFE_GRPC_ADDRESS: at(ports.grpc),
      WFE_METRICS_ADDRESS: at(ports.metrics),
      WFE_HEALTH_ADDRESS: at(ports.health),
      WFE_DATA_STORAGE_URL: start.dataStorageUrl,
      // Nobody has to learn that it stops.
      WFE_DRAIN_DELAY: '0s',
      ...tls,
      ...start.settings,
    },
    // To a file, so that nobody has to read it meanwhile.
    stdio: ['ignore', log, log],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath} could not be started`);
  const exited = once(child, 'exit');
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds().catch(() => false))) {
      if (child.exitCode !== null || performance.now() - began > timeoutMs) {
        kill();
        throw new Error(`The service is not ${what}:\n${readFileSync(logFile, 'utf8').slice(-4_000)}`);
      }
      await delay(pollEveryMs, undefined, { signal });
    }
  };
  const metrics = at(ports.metrics);
  await until('ready', async () => (await fetch(`http://${at(ports.health)}/readyz`)).ok);
  const readyAfterMs = performance.now() - began;
  // What a leader finds when it begins to work may have been told by the one before; it asks data storage, and takes its time.
  const reconciles = () => readFileSync(logFile, 'utf8').includes('"msg":"reconciling"');
  if (start.leads) await until('reconciling', () => Promise.resolve(reconciles()));
  return {
    ...{ pid, http: at(ports.http), grpc: at(ports.grpc), metrics, ca, readyAfterMs },
    usage: () => usageOf(pid),
    scrape: () => scrape(metrics),
    async stop() {
      const timer = setTimeout(kill, timeoutMs);
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await exited;
      clearTimeout(timer);
      process.off('exit', kill);
    },
  };
}

async function certificateIn(directory: string): Promise<{ ca: string; settings: Readonly<Record<string, string>> }> {
  const authority = await certificateAuthority('bench');
  const { cert, key } = await authority.issue('workflow-execution');
  const [WFE_TLS_CERT_FILE, WFE_TLS_KEY_FILE] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
  writeFileSync(WFE_TLS_CERT_FILE, cert);
  writeFileSync(WFE_TLS_KEY_FILE, key, { mode: 0o600 });
  return { ca: authority.cert, settings: { WFE_TLS_CERT_FILE, WFE_TLS_KEY_FILE } };
}
