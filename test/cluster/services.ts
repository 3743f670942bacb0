import { join } from 'node:path';
import { apiServer, controllerManager, etcd, registry, scheduler } from './control-plane.ts';
import { containerd, kubelet, sandbox } from './node-services.ts';
import type { Command } from './process.ts';
import type { ClusterRecord } from './record.ts';
import { tektonController, tektonResolvers, tektonWebhook } from './tekton-services.ts';

/** How a cluster process is started. */
export interface Service {
  /** Name of a built program, or path of an installed one. */
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

/** Whether a string is the name of a cluster process. */
export function isServiceName(name: string): name is ServiceName {
  return name in definitions;
}

/** All names in order of start. */
export const serviceNames: readonly ServiceName[] = Object.keys(definitions).filter(isServiceName);

/** Environment variable that marks a cluster's processes, in case the record missed one. */
export const markerVariable = 'WFE_CLUSTER_DIRECTORY';

/** The command of a cluster process. Depends on the record only, so that any process can start it again. */
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
 * The environment of all processes: little of the user's, so that proxies or debug variables of a shell have no effect.
 */
export function serviceEnvironment(record: ClusterRecord): NodeJS.ProcessEnv {
  return {
    PATH: [process.env['PATH'], '/usr/sbin', '/sbin', '/usr/bin', '/bin'].filter(Boolean).join(':'),
    HOME: record.directory,
    [markerVariable]: record.directory,
  };
}
