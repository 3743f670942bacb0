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

/** Readiness poll interval in milliseconds; a shorter one would add load. */
const pollEveryMs = 50;
/** Milliseconds until a started service is at rest, its heap compacted (src/kubernetes/heap-compaction.ts). */
export const restMs = 15_000;
/** Start and stop timeout in milliseconds. */
const timeoutMs = 120_000;

/** Options of a service. */
export interface ServiceStart {
  readonly kubeconfig: string;
  readonly dataStorageUrl: string;
  /** Directory of its log, its certificate and, with `profile`, its CPU profile. */
  readonly directory: string;
  readonly profile: boolean;
  /** Settings (WFE_…) over the shipped ones. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether it leads; otherwise another replica does (see `leadElsewhere`). */
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
  /** PEM of its CA. */
  readonly ca: string;
  /** Milliseconds from the process start until /readyz succeeded. */
  readonly readyAfterMs: number;
  /** Milliseconds from the process start until it reconciled; NaN if it does not lead. */
  readonly leadingAfterMs: number;
  readonly usage: () => ProcessUsage;
  readonly scrape: () => Promise<Scrape>;
  /** Stops it gracefully; idempotent. */
  readonly stop: () => Promise<void>;
}

/** The finished executions of a bench are old, and stay. No load balancer needs time to notice a shutdown. */
const benchSettings = { WFE_TTL_SUCCESS: '0s', WFE_HISTORY_LIMIT: '0', WFE_DRAIN_DELAY: '0s' };

/**
 * Starts the service and waits until it is ready and, if it should lead, reconciling.
 *
 * @throws Error with the end of its log, if it exits before
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
      ...benchSettings,
      ...tls,
      ...start.settings,
    },
    // To a file, so that reading it costs nothing meanwhile.
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
  // A new leader first asks data storage for events that its predecessor may have delivered.
  const reconciles = () => readFileSync(logFile, 'utf8').includes('"msg":"reconciling"');
  if (start.leads) await until('reconciling', () => Promise.resolve(reconciles()));
  const leadingAfterMs = start.leads ? performance.now() - began : NaN;
  return {
    ...{ pid, http: at(ports.http), grpc: at(ports.grpc), metrics, ca, readyAfterMs, leadingAfterMs },
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
