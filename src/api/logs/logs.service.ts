import { Inject, Injectable } from '@nestjs/common';
import { waitFor } from '../../kubernetes/async.ts';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { nestLogger } from '../../kubernetes/kubernetes.providers.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { pipelineRunName } from '../../tekton/names.ts';
import { taskPodResource } from '../../tekton/task-pod.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import type { CachedExecution } from '../executions/cached-execution.ts';
import { ResourceVersionBarrier } from '../executions/resource-version-barrier.ts';
import type { Call } from '../call/call.ts';
import { OpenStreams, throwIfEnded } from '../call/open-streams.ts';
import { ApiError } from '../errors/api-error.ts';
import { KubernetesErrorMapper } from '../call/kubernetes-errors.ts';
import { affectedExecution } from '../resource/names.ts';
import type { LogItem, LogsCommand } from './log-line.ts';
import { PipelineRunLog } from './pipeline-run-log.ts';
import { listPods, LivePods, selectorOf, type PodList, type RunKey } from './pipeline-run-pods.ts';

/** Logs of executions, read from the nodes for each call; nothing is stored. */
@Injectable()
export class LogsService {
  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(workflowExecutionResource) private readonly executions: Reflector<CachedExecution>,
    private readonly barrier: ResourceVersionBarrier,
    private readonly streams: OpenStreams,
    private readonly errors: KubernetesErrorMapper,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The log of an execution, produced on demand.
   *
   * @throws ApiError NotFound; LogsGone if its pods are gone; FailedPrecondition if nothing of it has run; Unavailable if
   *   the cluster is unreachable or this replica stops; ResourceExhausted; why the caller has lost its right
   */
  async *logs(command: LogsCommand, call: Call): AsyncGenerator<LogItem, void, undefined> {
    try {
      yield* this.read(command, call);
    } catch (error) {
      await this.errors.rethrow(error, 'get', command.key);
    }
  }

  private async *read({ key, follow, since }: LogsCommand, call: Call): AsyncGenerator<LogItem, void, undefined> {
    const execution = await this.client.get(workflowExecutionResource, key, { signal: call.signal });
    using stream = this.streams.open(call);
    const { signal } = stream;
    const run = { namespace: key.namespace, name: pipelineRunName(execution) };
    const isLive = follow && !isTerminal(phaseOf(execution));
    // Also before a watch, which retries errors instead of throwing them.
    const listed = await listPods(this.client, run, signal);
    if (isLive) yield 'opened';
    const pods = isLive ? this.livePods(run, execution, signal) : listed;
    const { client, clock } = this;
    const log = new PipelineRunLog(run, pods, { client, clock, random: Math.random, follow: isLive, since });
    const { hasRead, hasLost } = yield* log.lines(signal);
    throwIfEnded(stream);
    if (hasRead || signal.aborted) return;
    assertHasLogs(isLive ? await this.client.get(workflowExecutionResource, key, { signal }) : execution, hasLost);
  }

  private livePods(run: RunKey, execution: WorkflowExecution, signal: AbortSignal): PodList {
    const reflector = new Reflector({
      client: this.client,
      clock: this.clock,
      log: nestLogger('ExecutionApi'),
      resource: taskPodResource,
      namespaces: [run.namespace],
      labelSelector: selectorOf(run),
    });
    const pods = new LivePods(reflector);
    void reflector.run(signal);
    void this.waitForEnd(execution, signal)
      .then(() => pods.finish(signal))
      // Both are rejected only when the signal aborts.
      .catch(() => undefined);
    return pods;
  }

  /** Waits until an execution has ended or is deleted, in the cache; rejects with CancelledError on abort. */
  private async waitForEnd({ metadata }: WorkflowExecution, signal: AbortSignal): Promise<void> {
    // Until then a missing execution may be one that the cache does not contain yet.
    await this.barrier.reached(metadata, metadata.resourceVersion, signal);
    const hasEnded = () => {
      const cached = this.executions.store.get(metadata);
      return cached?.metadata.uid !== metadata.uid || isTerminal(phaseOf(cached));
    };
    await waitFor(hasEnded, (check) => this.executions.onChange(check), 'the end of the execution', signal);
  }
}

/**
 * Explains why an execution has no pod whose log could be read. Before its end that is not an error.
 *
 * @throws ApiError FailedPrecondition if nothing of it has run; LogsGone
 */
function assertHasLogs(execution: WorkflowExecution, hasLost: boolean): void {
  const phase = phaseOf(execution);
  if (!isTerminal(phase)) return;
  const resource = affectedExecution(execution.metadata);
  const { name } = resource;
  const hasRun = phase !== 'Skipped' && execution.status?.failure?.wasExecutionFailure !== false;
  if (hasRun || hasLost) {
    throw new ApiError('LogsGone', `the pods of ${name} are gone, and its logs with them`, { resource });
  }
  const description = `It is ${phase}, and none of its steps was started.`;
  throw new ApiError('FailedPrecondition', `${name} has no log: no step has run`, {
    precondition: { type: 'NOTHING_RAN', subject: name, description },
  });
}
