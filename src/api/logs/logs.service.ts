import { Inject, Injectable } from '@nestjs/common';
import { KubernetesClient, type ListPage } from '../../kubernetes/client.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { nestLogger } from '../../kubernetes/kubernetes.providers.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { pipelineRunName } from '../../tekton/names.ts';
import { taskPodResource, type TaskPod } from '../../tekton/task-pod.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import type { Call } from '../call/call.ts';
import { ClusterAnswers } from '../errors/cluster-answers.ts';
import { affectedExecution, type ExecutionKey } from '../resource/names.ts';
import { OpenStreams, throwIfEnded } from '../call/open-streams.ts';
import { WATCH_CLOCK } from '../cache/resource-version-barrier.ts';
import { ExecutionEnd } from './execution-end.ts';
import { FollowedPods } from './followed-pods.ts';
import type { LogLine, LogsCommand } from './log-line.ts';
import { assertLogsLeft } from './logs-left.ts';
import { RunLog, type PodsView } from './run-log.ts';
import { selectorOf, type RunKey } from './run-pods.ts';
import { idle } from './step-log.ts';

/** Page size of lists of pods. */
const pageSize = 100;

/** What the steps of executions have written. It is asked of the nodes each time, and nothing of it is kept. */
@Injectable()
export class LogsService {
  private readonly logger = nestLogger('ExecutionApi');

  constructor(
    private readonly client: KubernetesClient,
    private readonly end: ExecutionEnd,
    private readonly streams: OpenStreams,
    private readonly answers: ClusterAnswers,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The lines of an execution, made as they are asked for; {@link idle} when there is nothing to tell just now.
   *
   * @throws ApiError NotFound; LogsGone when its pods are gone; FailedPrecondition when nothing of it has run; Unavailable
   *   when the cluster is out of reach, or this replica stops; what has become of the caller's right
   */
  async *logs({ key, follow, since }: LogsCommand, call: Call): AsyncGenerator<LogLine | typeof idle, void, undefined> {
    const execution = await this.read(key, call.signal);
    using stream = this.streams.open(call);
    const over = new AbortController();
    const signal = AbortSignal.any([stream.signal, over.signal]);
    const run = { namespace: key.namespace, name: pipelineRunName(execution) };
    try {
      const pods = await this.podsOf(run, key, signal);
      const goesOn = follow && !isTerminal(phaseOf(execution));
      const view = goesOn ? this.follow(run, execution, signal) : written(pods);
      const { client, clock } = this;
      const log = new RunLog(run, view, { client, clock, random: Math.random, follow: goesOn, since });
      for await (const line of this.answered(log.lines(signal), key)) {
        if (line === idle || since === undefined || line.time >= since) yield line;
      }
      throwIfEnded(stream);
      if (log.hasRead || signal.aborted) return;
      assertLogsLeft(goesOn ? await this.read(key, signal) : execution, log.hasLost);
    } finally {
      over.abort();
    }
  }

  private read(key: ExecutionKey, signal: AbortSignal): Promise<WorkflowExecution> {
    const reading = this.client.get(workflowExecutionResource, key, { signal });
    return this.answers.of(reading, { verb: 'get', namespace: key.namespace }, { resource: affectedExecution(key) });
  }

  /** Also when pods are followed they are listed first, so that what does not work is told at once. */
  private async podsOf(run: RunKey, key: ExecutionKey, signal: AbortSignal): Promise<readonly TaskPod[]> {
    const { namespace } = run;
    const all: TaskPod[] = [];
    let page: ListPage<TaskPod> | undefined;
    do {
      const query = { namespace, labelSelector: selectorOf(run), limit: pageSize, continue: page?.continue };
      const listing = this.client.list(taskPodResource, query, { signal });
      page = await this.answers.of(listing, { verb: 'get', namespace }, { resource: affectedExecution(key) });
      all.push(...page.items);
    } while (page.continue !== undefined);
    return all;
  }

  private follow(run: RunKey, execution: WorkflowExecution, signal: AbortSignal): PodsView {
    const { client, clock, logger } = this;
    const pods = new FollowedPods(
      new Reflector({
        client,
        clock,
        log: logger,
        resource: taskPodResource,
        namespaces: [run.namespace],
        labelSelector: selectorOf(run),
      }),
    );
    void pods.run(this.end.of(execution, signal), signal);
    return pods;
  }

  /** The same lines; an error of the toolkit is one of the API. */
  private async *answered(
    lines: AsyncGenerator<LogLine | typeof idle, void, undefined>,
    key: ExecutionKey,
  ): AsyncGenerator<LogLine | typeof idle, void, undefined> {
    const attempt = { verb: 'get', namespace: key.namespace } as const;
    try {
      for (;;) {
        const { done, value } = await this.answers.of(lines.next(), attempt, { resource: affectedExecution(key) });
        if (done === true) return;
        yield value;
      }
    } finally {
      await lines.return();
    }
  }
}

/** The pods that there are now. */
function written(pods: readonly TaskPod[]): PodsView {
  return { list: () => pods, isFinal: true, onChange: () => () => undefined };
}
