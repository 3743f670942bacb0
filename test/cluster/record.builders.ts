import { ownIdentity, processSpace, type ProcessIdentity } from './process.ts';
import { portNames, type ClusterRecord, type PortName } from './record.ts';

/** A process that cannot exist: nothing started at this time. */
export const endedProcess: ProcessIdentity = { pid: process.pid, startTime: 'before the big bang' };

/** The record of a ready cluster without owner. */
export function clusterRecord(change: Partial<ClusterRecord> = {}): ClusterRecord {
  const ports = Object.fromEntries(portNames.map((name, index) => [name, 20_000 + index])) as Record<PortName, number>;
  return {
    name: 'default',
    directory: '/cache/clusters/default',
    level: 'pods',
    state: 'ready',
    starter: ownIdentity(),
    processSpace: processSpace(),
    owner: undefined,
    buildDirectory: '/cache/build',
    ports,
    token: 'secret',
    subnet: '10.88.0',
    apiServerArgs: [],
    pods: { available: true },
    processes: {},
    ...change,
  };
}
