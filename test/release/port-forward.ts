import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Cluster } from '../cluster/index.ts';

/** A `kubectl port-forward`. */
export interface PortForward {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  close(): Promise<void>;
}

/** Forwards a free port to a port of a Service. */
export async function forwardPort(
  cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>,
  service: string,
  port: number,
): Promise<PortForward> {
  const args = [
    '--kubeconfig',
    cluster.kubeconfig,
    '-n',
    'kubernaut-system',
    'port-forward',
    `service/${service}`,
    `:${port}`,
  ];
  const child = spawn(cluster.kubectl, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(child.stdout)) {
    const [, address] = /^Forwarding from (127\.0\.0\.1:\d+)/.exec(line) ?? [];
    if (address === undefined) continue;
    return {
      address,
      close: async () => {
        const ended = once(child, 'exit');
        child.kill();
        await ended;
      },
    };
  }
  throw new Error(`kubectl ${args.join(' ')} ended`);
}
