import { KubernetesClient } from '../../src/kubernetes/client.ts';
import type { PooledKubeConfig } from '../../src/kubernetes/pooled-kube-config.ts';
import { Reflector } from '../../src/kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../src/workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../src/workflow-execution/execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { aSpec } from '../../src/workflow-execution/workflow-execution.builders.ts';
import type { PlannedExecution } from './plan.ts';

/** Name of the execution that holds the target of those that are skipped. */
export const holderName = 'holds-target';

/** The executions of an audit chaos run: creates, cancels and deletes them, and waits for their states. */
export class ChaosExecutions {
  private readonly client: KubernetesClient;
  private readonly namespace: string;
  private readonly reflector: Reflector<WorkflowExecution>;
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  private readonly run: Promise<void>;
  private readonly waiting = new Set<() => void>();

  /** @param signal rejects all waits */
  constructor(kubeConfig: PooledKubeConfig, namespace: string, signal: AbortSignal) {
    this.client = new KubernetesClient(kubeConfig);
    this.namespace = namespace;
    this.signal = signal;
    const resource = workflowExecutionResource;
    this.reflector = new Reflector({ client: this.client, resource, namespaces: [namespace] });
    this.reflector.onChange(() => {
      for (const check of [...this.waiting]) check();
    });
    this.run = this.reflector.run(this.stop.signal);
  }

  /** How many executions have ended. */
  get ended(): number {
    return this.reflector.store.list().filter((execution) => isTerminal(phaseOf(execution))).length;
  }

  /** Creates the execution that holds a target until {@link letGo}. */
  async hold(): Promise<void> {
    await this.create({ name: holderName, course: 'is-cancelled', correlationId: 'rr-holder' }, 'held');
    await this.until(holderName, isRunning);
  }

  /** Cancels it. */
  letGo(): Promise<void> {
    return this.cancel(holderName);
  }

  /** Runs an execution along its course, up to its end. */
  async perform({ name, course, ...rest }: PlannedExecution): Promise<void> {
    await this.create({ name, course, ...rest }, course === 'is-skipped' ? 'held' : name);
    if (course === 'is-cancelled' || course === 'is-deleted') {
      await this.until(name, isRunning);
      await (course === 'is-cancelled' ? this.cancel(name) : this.delete(name));
    }
    const isOver = course === 'is-deleted' ? isGone : hasEnded;
    await this.until(name, isOver, course);
  }

  /** Waits until the condition AuditRecorded of every execution is True or False. */
  async auditFinal(): Promise<void> {
    for (const { metadata } of this.reflector.store.list()) {
      await this.until(metadata.name, (execution) => {
        const condition = execution?.status?.conditions?.find(({ type }) => type === 'AuditRecorded');
        return condition?.status === 'True' || condition?.status === 'False';
      });
    }
  }

  /** Number of executions by the reason of their condition AuditRecorded. */
  get auditReasons(): Readonly<Record<string, number>> {
    const reasons = this.reflector.store
      .list()
      .map(({ status }) => status?.conditions?.find(({ type }) => type === 'AuditRecorded')?.reason ?? 'none');
    return Object.fromEntries(
      [...Map.groupBy(reasons, (reason) => reason)].map(([reason, all]) => [reason, all.length]),
    );
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.run;
  }

  private async create({ name, correlationId }: PlannedExecution, target: string): Promise<void> {
    await this.client.create(workflowExecutionResource, {
      apiVersion: workflowExecutionApiVersion,
      kind: workflowExecutionResource.kind,
      metadata: { namespace: this.namespace, name },
      spec: aSpec({
        remediationRequestRef: { name: correlationId },
        targetResource: `${this.namespace}/deployment/${target}`,
        parameters: { API_TOKEN: 'hunter2', REPLICAS: '3' },
      }),
    });
  }

  private async cancel(name: string): Promise<void> {
    const key = { namespace: this.namespace, name };
    await this.client.patch(workflowExecutionResource, key, { spec: { cancelRequested: true } });
  }

  private delete(name: string): Promise<void> {
    return this.client.delete(workflowExecutionResource, { namespace: this.namespace, name });
  }

  private until(name: string, holds: (execution: Seen) => boolean, what: string = 'next phase'): Promise<void> {
    const key = { namespace: this.namespace, name };
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.waiting.delete(check);
        this.signal.removeEventListener('abort', giveUp);
      };
      const check = (): void => {
        if (!holds(this.reflector.store.get(key))) return;
        end();
        resolve();
      };
      const giveUp = (): void => {
        end();
        reject(
          new Error(
            `timed out waiting for ${name} (${what}); executions by AuditRecorded reason: ${JSON.stringify(this.auditReasons)}`,
          ),
        );
      };
      this.waiting.add(check);
      this.signal.addEventListener('abort', giveUp, { once: true });
      check();
    });
  }
}

type Seen = WorkflowExecution | undefined;

function isRunning(execution: Seen): boolean {
  return execution !== undefined && phaseOf(execution) === 'Running';
}

function hasEnded(execution: Seen): boolean {
  return execution !== undefined && isTerminal(phaseOf(execution));
}

function isGone(execution: Seen): boolean {
  return execution === undefined;
}
