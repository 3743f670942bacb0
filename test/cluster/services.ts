import { join } from 'node:path';
import { apiServer, controllerManager, etcd, registry, scheduler } from './control-plane.ts';
import { containerd, kubelet, sandbox } from './node-services.ts';
import type { Command } from './process.ts';
import type { ClusterRecord } from './record.ts';
import { tektonController, tektonResolvers, tektonWebhook } from './tekton-services.ts';

/** How one process of a cluster is started. */
export interface Service {
  /** Name of a built program, or the path of one that the machine has. */
  readonly binary: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Runs inside the node's sandbox. */
  readonly sandboxed?: true;
}

const definitions = {
  etcd,
  'kube-apiserver': apiServer,
  registry,
  'kube-controller-manager': controllerManager,
  'kube-scheduler': scheduler,
  'tekton-webhook': tektonWebhook,
  'tekton-controller': tektonController,
  'tekton-resolvers': tektonResolvers,
  sandbox,
  containerd,
  kubelet,
} satisfies Record<string, (record: ClusterRecord) => Service>;

/** Name of a process of a cluster. */
export type ServiceName = keyof typeof definitions;

/** Whether a text is the name of a process of a cluster. */
export function isServiceName(name: string): name is ServiceName {
  return name in definitions;
}

/** All names, in the order in which they are started. */
export const serviceNames: readonly ServiceName[] = Object.keys(definitions).filter(isServiceName);

/** The environment variable by which a cluster's processes are found, should the record have missed one. */
export const markerVariable = 'WFE_CLUSTER_DIRECTORY';

/** The command that starts a process of this cluster. It depends on the record only, so any process can start it again. */
export function commandOf(record: ClusterRecord, name: ServiceName, sandboxPid?: number): Command {
  const service: Service = definitions[name](record);
  const program = service.binary.includes('/') ? service.binary : builtProgram(record, service.binary);
  if (!service.sandboxed) return { command: program, args: service.args, env: service.env };
  if (sandboxPid === undefined) throw new Error(`${name} needs the sandbox`);
  const args = ['enter', String(sandboxPid), program, ...service.args];
  return { command: builtProgram(record, 'sandbox'), args, env: service.env };
}

function builtProgram(record: ClusterRecord, name: string): string {
  return join(record.buildDirectory, 'bin', name);
}

/**
 * The environment of every process: little of the user's, so that a proxy or a debugging variable of a shell does not
 * change what a cluster does.
 */
export function serviceEnvironment(record: ClusterRecord): NodeJS.ProcessEnv {
  return {
    PATH: [process.env['PATH'], '/usr/sbin', '/sbin', '/usr/bin', '/bin'].filter(Boolean).join(':'),
    HOME: record.directory,
    [markerVariable]: record.directory,
  };
}
