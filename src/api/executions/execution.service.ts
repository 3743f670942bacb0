import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { ConflictError, redactErrors } from '../../kubernetes/errors.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { noteSubject } from '../../tracing/tracer.ts';
import { activeTraceparent } from '../../tracing/traceparent.ts';
import { ownAnnotations } from '../../workflow-execution/metadata.ts';
import type {
  CancelMode,
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../workflow-execution/execution.ts';
import { policyViolations, type ExecutionPolicy } from '../../workflow-execution/policy.ts';
import { redactorFor } from '../../workflow-execution/redact.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { TargetAccess } from '../call/target-access.ts';
import type { Call } from '../call/call.ts';
import { cancellationOf } from './cancellation.ts';
import { ApiError, invalidArgument, invalidField } from '../errors/api-error.ts';
import { ClusterAnswers } from '../errors/cluster-answers.ts';
import type { CancelCommand, CreateCommand, DeleteCommand, ExecutionPage, ListCommand } from './execution.types.ts';
import { identityOf } from './idempotency/request-identity.ts';
import { RepeatableCreation } from './idempotency/repeatable-creation.ts';
import { AnswerRoom } from '../call/answer-room.ts';
import { maxExecutionBytes } from '../../config/limits.ts';
import { ExecutionLists } from './listing/execution-lists.ts';
import { sizeOf } from './listing/page-of.ts';
import { derivedName, executionNamed, namespaceNamed } from '../resource/names.ts';
import type { ExecutionKey, NameSuffix } from '../resource/names.ts';
import { newExecution } from './new-execution.ts';

/** Injection token of the {@link NameSuffix}. */
export const NAME_SUFFIX = Symbol('NameSuffix');

/** How often a cancellation is decided anew because the execution changed in between. */
const cancelAttempts = 5;

/**
 * The execution API, whatever the transport. Every method rejects with an {@link ApiError}. The caller going away ends the
 * call to the API server.
 */
@Injectable()
export class ExecutionService {
  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<WorkflowExecution>,
    @Inject(CONFIG) private readonly config: Pick<Config, 'watchNamespaces'> & ExecutionPolicy,
    @Inject(NAME_SUFFIX) private readonly suffix: NameSuffix,
    private readonly repeatable: RepeatableCreation,
    private readonly lists: ExecutionLists,
    private readonly answers: ClusterAnswers,
    private readonly targetAccess: TargetAccess,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly unread: AnswerRoom,
  ) {}

  /**
   * Creates an execution; lists of this replica hold it from then on. A request with an id may be repeated: it is answered
   * with the execution that it created.
   *
   * @returns the resource as the API server stored it, with its defaults, or as it would store it
   */
  async create(command: CreateCommand, call: Call): Promise<WorkflowExecution> {
    const { caller, signal } = call;
    this.assertServed(command.namespace);
    assertNotCancelled(command);
    this.assertAllowed(command);
    const { namespace, spec, validateOnly: dryRun } = command;
    const identity = identityOf(command, caller?.username ?? '');
    const name = command.name ?? identity?.derivedName ?? derivedName(spec.remediationRequestRef.name, this.suffix());
    const execution = newExecution(
      { ...command, name },
      this.clock.now(),
      caller?.username,
      identity,
      activeTraceparent(),
    );
    const subject = { resource: executionNamed({ namespace, name }), parent: namespaceNamed(namespace) };
    await this.targetAccess.assertAllowed(spec.targetResource, call, subject);
    const creation =
      identity === undefined
        ? this.client.create(workflowExecutionResource, execution, { signal, dryRun })
        : this.repeatable.create(execution, identity, { signal, dryRun });
    const created = await this.answers.of(
      redactErrors(creation, redactorFor(spec)),
      { verb: 'create', namespace },
      subject,
    );
    noteSubject(created.metadata);
    if (dryRun !== true) this.reflector.store.upsertIfNewer(created);
    return created;
  }

  /**
   * Reads an execution out of the shared store. What that does not know, because another replica has only just created it,
   * and whatever is asked while the store is out of date, is read from the API server.
   */
  async get(key: ExecutionKey, call: Call): Promise<WorkflowExecution> {
    const { store, failure } = this.reflector;
    const known = failure === undefined ? store.get(key) : undefined;
    await this.roomFor(key, call);
    if (known === undefined) return this.read(key, call);
    noteSubject(known.metadata);
    return known;
  }

  /** One page of executions out of the shared store. */
  list(command: ListCommand, call: Call): Promise<ExecutionPage> {
    return this.lists.page(command, call);
  }

  /**
   * Asks for an execution to end early; asking again changes nothing, but for asking for the immediate mode.
   *
   * @returns the execution as it is then, which may be before it has ended
   */
  async cancel({ key, mode }: CancelCommand, call: Call): Promise<WorkflowExecution> {
    await this.roomFor(key, call);
    for (let attempt = 1; attempt <= cancelAttempts; attempt++) {
      const execution = await this.read(key, call);
      const cancellation = cancellationOf(execution, mode);
      if (cancellation === 'already') return execution;
      if (cancellation === 'too-late') throw finished(execution);
      const cancelled = await this.requestCancellation(execution, mode, call);
      if (cancelled !== undefined) return cancelled;
    }
    const resource = executionNamed(key);
    throw new ApiError('Aborted', `${resource.name} changed again and again meanwhile`, { resource });
  }

  /**
   * Asks for the deletion of an execution, which is there until its PipelineRun is gone.
   *
   * @returns its last known state
   */
  async delete({ key, uid, resourceVersion }: DeleteCommand, call: Call): Promise<WorkflowExecution> {
    await this.roomFor(key, call);
    const execution = await this.read(key, call);
    const { signal } = call;
    const preconditions = { uid: uid ?? execution.metadata.uid, resourceVersion };
    const { namespace } = key;
    const subject = { resource: executionNamed(key) };
    const deletion = this.client.delete(workflowExecutionResource, key, { preconditions, signal });
    await this.answers.of(deletion, { verb: 'delete', namespace }, subject);
    const left = this.client.find(workflowExecutionResource, key, { signal });
    const last = await this.answers.of(left, { verb: 'get', namespace }, subject);
    if (last?.metadata.uid !== execution.metadata.uid) return execution;
    this.reflector.store.upsertIfNewer(last);
    return last;
  }

  /**
   * Waits until the caller has read enough of the answers before to be answered with this execution. Those to create need no
   * room of their own: the body of the request keeps its room until they are read.
   */
  private async roomFor(key: ExecutionKey, call: Call): Promise<void> {
    const known = this.reflector.store.get(key);
    await this.unread.take(call, known === undefined ? maxExecutionBytes : sizeOf(known));
  }

  /** What an execution is now, by the API server. */
  private async read(key: ExecutionKey, { signal }: Call): Promise<WorkflowExecution> {
    const read = this.client.get(workflowExecutionResource, key, { signal });
    const attempt = { verb: 'get', namespace: key.namespace } as const;
    const execution = await this.answers.of(read, attempt, { resource: executionNamed(key) });
    noteSubject(execution.metadata);
    return execution;
  }

  /** Undefined when the execution has changed since it was read, so that what was decided on it is void. */
  private async requestCancellation(
    { metadata, spec }: WorkflowExecution,
    mode: CancelMode,
    { caller, signal }: Call,
  ): Promise<WorkflowExecution | undefined> {
    const annotations = caller && cancelledBy(caller.username, spec, mode);
    const patch = {
      metadata: { resourceVersion: metadata.resourceVersion, annotations },
      spec: { cancelRequested: true, ...(mode === 'Immediate' ? { cancelMode: mode } : {}) },
    };
    const { namespace } = metadata;
    const patching = unlessChanged(this.client.patch(workflowExecutionResource, metadata, patch, { signal }));
    const cancelled = await this.answers.of(
      redactErrors(patching, redactorFor(spec)),
      { verb: 'patch', namespace },
      { resource: executionNamed(metadata) },
    );
    if (cancelled !== undefined) this.reflector.store.upsertIfNewer(cancelled);
    return cancelled;
  }

  /** The reconciler would end it as ValidationFailed; whoever asks here is told before there is anything to end. */
  private assertAllowed({ spec, namespace }: CreateCommand): void {
    const violations = policyViolations(spec, namespace, this.config);
    if (violations.length > 0) throw invalidArgument(violations);
  }

  /** In a namespace that is not watched an execution would stay Pending for ever. */
  private assertServed(namespace: string): void {
    const { watchNamespaces } = this.config;
    if (watchNamespaces.length === 0 || watchNamespaces.includes(namespace)) return;
    throw invalidField(
      ['metadata', 'namespace'],
      `must be one that this service serves (${watchNamespaces.join(', ')})`,
    );
  }
}

/** Nothing would run, and an execution that ended before it began is not what anybody asks for. */
function assertNotCancelled({ spec }: CreateCommand): void {
  if (spec.cancelRequested === true) {
    throw invalidField(['spec', 'cancelRequested'], 'must not be true when an execution is created');
  }
}

/** Who asked first stays recorded when somebody else asks for the immediate mode later. */
function cancelledBy(username: string, spec: WorkflowExecutionSpec, mode: CancelMode): Record<string, string> {
  return {
    ...(spec.cancelRequested === true ? {} : { [ownAnnotations.cancelRequestedBy]: username }),
    ...(mode === 'Immediate' ? { [ownAnnotations.immediateCancelRequestedBy]: username } : {}),
  };
}

function finished(execution: WorkflowExecution): ApiError {
  const { name } = executionNamed(execution.metadata);
  const description = `It is ${phaseOf(execution)}, and an execution that has ended can not be cancelled.`;
  return new ApiError('FailedPrecondition', `${name} has ended: it is ${phaseOf(execution)}`, {
    precondition: { type: 'EXECUTION_FINISHED', subject: name, description },
  });
}

/** Undefined when the object has changed since it was read. */
async function unlessChanged<T>(patching: Promise<T>): Promise<T | undefined> {
  try {
    return await patching;
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    throw error;
  }
}
