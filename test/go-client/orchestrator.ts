import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { recordOf } from '../../src/kubernetes/json.ts';
import type { KubernetesObject } from '../../src/kubernetes/kubernetes-object.ts';
import { kubectl } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Fixture } from './fixture.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'remediation-orchestrator-go');

interface Remediation extends KubernetesObject {
  readonly status: RemediationStatus;
}

/** What the example has written. */
export interface RemediationStatus {
  readonly phase?: string;
  readonly workflowExecution?: string;
}

const resource = {
  group: 'example.kubernaut.ai',
  version: 'v1alpha1',
  plural: 'remediationrequests',
  kind: 'RemediationRequest',
  namespaced: true,
  parse: (raw: unknown): Remediation => ({ status: {}, ...(raw as KubernetesObject) }), // eslint-disable-line @typescript-eslint/consistent-type-assertions -- a test's own objects
};

/** Options of the example. */
export interface OrchestratorOptions {
  readonly program: string;
  readonly namespace: string;
  readonly image: string;
  /** gRPC address of a replica. */
  readonly address: string;
}

/** The example controller and its RemediationRequests. */
export class Orchestrator {
  private process: ChildProcess | undefined;
  private log = '';
  private requests = 0;

  constructor(
    private readonly fixture: Pick<Fixture, 'cluster' | 'client' | 'tokenFile'>,
    private readonly options: OrchestratorOptions,
  ) {}

  /** Installs the CRD. */
  async install(): Promise<void> {
    await kubectl(this.fixture.cluster, 'apply', '-f', join(example, 'crd.yaml'));
    const crd = `crd/${resource.plural}.${resource.group}`;
    await kubectl(this.fixture.cluster, 'wait', '--for=condition=Established', '--timeout=30s', crd);
    await kubectl(this.fixture.cluster, 'get', `${resource.plural}.${resource.group}`, '--all-namespaces');
  }

  /** Creates RemediationRequests, each for its own target. */
  async request(count: number): Promise<void> {
    const { namespace, image: containerImage } = this.options;
    for (let created = 0; created < count; created++) {
      const name = `rr-${this.requests++}`;
      await this.fixture.client.create(resource, {
        apiVersion: `${resource.group}/${resource.version}`,
        kind: resource.kind,
        metadata: { namespace, name },
        spec: {
          targetResource: `${namespace}/deployment/${name}`,
          workflowId: 'load',
          version: '1.0.0',
          containerImage,
        },
      });
    }
  }

  start(): void {
    const { program, namespace, address } = this.options;
    const { cluster, tokenFile } = this.fixture;
    const args = ['-plaintext', `-address=${address}`, `-token-file=${tokenFile}`, `-namespace=${namespace}`];
    this.process = spawn(program, args, {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.process.stderr?.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
  }

  /** Starts it and kills it after this time. */
  async killAfter(ms: number): Promise<void> {
    this.start();
    await delay(ms);
    await this.stop('SIGKILL');
  }

  /** Stops it; by SIGTERM it ends by itself. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.process;
    if (child === undefined) return;
    if (child.exitCode !== null) throw new Error(`the orchestrator ended with ${child.exitCode}:\n${this.log}`);
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
    this.process = undefined;
  }

  /** Waits until all RemediationRequests have a final phase. */
  async finished(): Promise<readonly RemediationStatus[]> {
    const { namespace } = this.options;
    const isFinal = ({ status }: Remediation) => status.phase === 'Completed' || status.phase === 'Failed';
    const all = (items: readonly Remediation[]) => items.length === this.requests && items.every(isFinal);
    const items = await waitFor(this.fixture.client, resource, { namespace }, 'all remediations ended', all, 180_000);
    return items.map(({ status }) => recordOf(status));
  }
}
