import { ownIdentity, processSpace, type ProcessIdentity } from './process.ts';
import { portNames, type ClusterRecord, type PortName } from './record.ts';

/** A process that has ended for sure: nothing has started at this moment. */
export const endedProcess: ProcessIdentity = { pid: process.pid, startTime: 'before the big bang' };

/** The record of a cluster that is ready and that nobody owns. */
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
