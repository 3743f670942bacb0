import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { arrayOf, parseJson } from '../../src/kubernetes/json.ts';
import { freePorts } from '../cluster/ports.ts';

const root = join(import.meta.dirname, '..', '..');

/**
 * The image's arguments of node: flags and the service's module path.
 *
 * @param product checkout with the built service
 * @throws Error if the Dockerfile lacks them
 */
export function nodeArguments(product = root): readonly string[] {
  const [, command = ''] = /^CMD (.*)$/m.exec(readFileSync(join(product, 'Dockerfile'), 'utf8')) ?? [];
  const shipped = arrayOf(parseJson(command)).map(String);
  if (shipped.length === 0) throw new Error('the Dockerfile has no CMD that is a list');
  return shipped.map((argument) => (argument.startsWith('--') ? argument : join(product, argument)));
}

/** The service as a process, `node dist/main.js`, as the image runs it. */
export interface ServiceProcess {
  /** host:port of REST and Swagger UI; empty without the API role. */
  readonly http: string;
  /** host:port of gRPC; empty without the API role. */
  readonly grpc: string;
  /** host:port of the metrics. */
  readonly metrics: string;
  /** host:port of liveness, readiness and start-up. */
  readonly health: string;
  readonly pid: number;
  /** Log lines so far (JSON). */
  readonly log: readonly string[];
  /** Resolves when the process has exited. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Stops it gracefully. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Options of a service. */
export interface ServiceOptions {
  readonly kubeconfig: string;
  /** Settings (WFE_…) over the defaults; addresses default to free ports. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Checkout with the built service; default this one. */
  readonly product?: string;
  /** Command prefix such as `nice`; default: none. */
  readonly wrapper?: readonly string[];
}

/**
 * Starts the service and waits until it logs that it is ready.
 *
 * @throws Error with its log, if it exits before; or if it would reconcile executions of other tests
 */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const { kubeconfig, settings = {}, product, wrapper = [] } = options;
  assertKeepsToItself(kubeconfig, settings);
  const ports = await freePorts(['http', 'grpc', 'metrics', 'health']);
  const own = {
    WFE_METRICS_ADDRESS: `127.0.0.1:${ports.metrics}`,
    WFE_HEALTH_ADDRESS: `127.0.0.1:${ports.health}`,
    ...settings,
  };
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('WFE_'));
  const [command = process.execPath, ...args] = [...wrapper, process.execPath, ...nodeArguments(product)];
  const child = spawn(command, args, {
    env: {
      ...Object.fromEntries(inherited),
      WFE_HTTP_ADDRESS: `127.0.0.1:${ports.http}`,
      WFE_GRPC_ADDRESS: `127.0.0.1:${ports.grpc}`,
      // No load balancer needs time to notice.
      WFE_DRAIN_DELAY: '0s',
      ...own,
      KUBECONFIG: kubeconfig,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const ready = new Promise<Ready>((resolve) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        log.push(line);
        const parsed = readyLine(line);
        if (parsed !== undefined) resolve(parsed);
      });
    }
  });
  const started = await Promise.race([ready, exited]);
  if (!('http' in started)) {
    throw new Error(`The service ended with ${started.signal ?? `exit code ${started.code}`}:\n${log.join('\n')}`);
  }
  return {
    ...started,
    metrics: own.WFE_METRICS_ADDRESS,
    health: own.WFE_HEALTH_ADDRESS,
    pid: child.pid ?? 0,
    log,
    exited,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await exited;
    },
  };
}

/** On a shared cluster a service without namespaces would reconcile, and audit, the executions of other tests. */
function assertKeepsToItself(kubeconfig: string, settings: Readonly<Record<string, string>>): void {
  const variables = ['WFE_TEST_KUBECONFIG', 'WFE_TEST_SERVICE_KUBECONFIG', 'WFE_TEST_CONTROLLER_KUBECONFIG'];
  const shared = variables.map((name) => process.env[name]);
  if (!shared.includes(kubeconfig) || settings['WFE_ROLES'] === 'api') return;
  if ((settings['WFE_WATCH_NAMESPACES'] ?? '') !== '') return;
  throw new Error('on the cluster that tests share, a service has to be given its namespaces: WFE_WATCH_NAMESPACES');
}

interface Ready {
  readonly http: string;
  readonly grpc: string;
}

/** Addresses of the API, from the service's ready message. */
function readyLine(line: string): Ready | undefined {
  if (!line.includes('"msg":"ready"')) return undefined;
  const { http = '', grpc = '' } = JSON.parse(line) as Partial<Ready>; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- both are checked below
  return typeof http === 'string' && typeof grpc === 'string' ? { http, grpc } : undefined;
}
