import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { apiServerService } from './node-services.ts';
import { findPackages } from './packages.ts';
import { readRecord } from './record.ts';
import type { Cluster } from './index.ts';
import { runCommand } from './command.ts';

/**
 * Makes the Service `kubernetes` reachable from the pods of a local cluster, which has no kube-proxy: the kernel redirects what
 * they send to it to a relay, which connects to the API server on 127.0.0.1. Manifests for real clusters then work unchanged.
 *
 * @returns removes the route
 */
export async function routeKubernetesService(
  cluster: Pick<Cluster, 'directory' | 'server'>,
): Promise<() => Promise<void>> {
  const { subnet } = readRecord(cluster.directory) ?? {};
  if (subnet === undefined) throw new Error('only a local cluster has pods without a route to the API server');
  const relay = await startRelay(new URL(cluster.server));
  const rule = [
    ...['--source', `${subnet}.0/24`, '--destination', apiServerService],
    ...['--protocol', 'tcp', '--dport', '443'],
    ...['--jump', 'REDIRECT', '--to-ports', String(relay.port)],
  ];
  await iptables('--append', ...rule);
  return async () => {
    await iptables('--delete', ...rule);
    relay.close();
  };
}

async function iptables(action: '--append' | '--delete', ...rule: readonly string[]): Promise<void> {
  const program = findPackages().iptables ?? 'iptables';
  const { code, stderr } = await runCommand(program, ['--table', 'nat', action, 'PREROUTING', ...rule]);
  if (code !== 0) throw new Error(`iptables ${action}: ${stderr.trim()}`);
}

/** Forwards connections to a server on 127.0.0.1. Pods reach it at the gateway of their interface. */
async function startRelay({ hostname, port }: URL): Promise<{ port: number; close: () => void }> {
  const open = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(Number(port), hostname);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(from);
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      // The other side sees the connection end.
      from.on('error', () => undefined);
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port: own } = server.address() as AddressInfo; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- it listens on a port
  return {
    port: own,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
