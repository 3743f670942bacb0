import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, serves } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { maxExecutionBytes } from '../../config/limits.ts';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { ConflictError, redactErrors } from '../../kubernetes/errors.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { describePause } from '../../pauses/pause.ts';
import { Pauses } from '../../pauses/pauses.ts';
import { activeTraceparent, setExecutionAttributes } from '../../tracing/tracer.ts';
import { phaseOf } from '../../workflow-execution/execution.ts';
import type { CancelMode, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { policyViolations, type ExecutionPolicy } from '../../workflow-execution/policy.ts';
import { redactorFor } from '../../workflow-execution/redact.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { ResponseBudget } from '../call/byte-budget.ts';
import type { Call } from '../call/call.ts';
import { TargetAccess } from '../call/target-access.ts';
import { ApiError, invalidArgument, invalidField } from '../errors/api-error.ts';
import { KubernetesErrorMapper } from '../call/kubernetes-errors.ts';
import { PreflightService } from '../preflight/preflight.service.ts';
import { affectedExecution, generateName, NAME_SUFFIX } from '../resource/names.ts';
import type { ExecutionKey, NameSuffix } from '../resource/names.ts';
import { alreadyFinished, cancelPatch, decideCancel } from './cancellation.ts';
import { cachedExecution, type CachedExecution } from './cached-execution.ts';
import type { CancelCommand, CreateCommand, CreatedExecution, DeleteCommand } from './commands.ts';
import { IdempotentCreate } from './idempotent-create.ts';
import { identityOf, newExecution } from './new-execution.ts';

const maxCancelAttempts = 5;

/**
 * Creates, reads, cancels and deletes executions for both transports. Every method rejects with an {@link ApiError}, and
 * stops its calls to the API server when the caller goes away.
 */
@Injectable()
export class ExecutionService {
  constructor(
    private readonly client: KubernetesClient,
    @InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<CachedExecution>,
    @Inject(CONFIG) private readonly config: Pick<Config, 'watchNamespaces'> & ExecutionPolicy,
    @Inject(NAME_SUFFIX) private readonly suffix: NameSuffix,
    private readonly idempotent: IdempotentCreate,
    private readonly errors: KubernetesErrorMapper,
    private readonly targetAccess: TargetAccess,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly responses: ResponseBudget,
    private readonly preflight: PreflightService,
    private readonly pauses: Pauses,
  ) {}

  /** Creates an execution and adds it to the cache of this replica. A request with an id is idempotent. */
  async create(command: CreateCommand, call: Call): Promise<CreatedExecution> {
    const { signal } = call;
    const { namespace, spec, validateOnly: dryRun } = command;
    this.assertAllowed(command);
    const username = call.caller?.username;
    const identity = identityOf(command, username ?? '');
    const name = command.name ?? identity?.derivedName ?? generateName(spec.remediationRequestRef.name, this.suffix());
    const key = { namespace, name };
    await this.targetAccess.assertAllowed(spec, call, key);
    const screened = dryRun === true ? [] : await this.preflight.screen(namespace, spec, call);
    const origin = { createdAt: this.clock.now(), username, identity, traceparent: activeTraceparent() };
    const execution = newExecution({ ...command, name }, origin);
    const creating =
      identity === undefined
        ? this.client.create(workflowExecutionResource, execution, { signal, dryRun })
        : this.idempotent.create(execution, identity, { signal, dryRun });
    const created = await this.errors.mapErrors(redactErrors(creating, redactorFor(spec)), 'create', key);
    setExecutionAttributes(created.metadata);
    const warnings = [...screened, ...this.pauseWarnings(created)];
    if (dryRun === true) return { execution: created, preflight: await this.preflight.check(created, call), warnings };
    this.reflector.store.upsertIfNewer(cachedExecution(created));
    return { execution: created, warnings };
  }

  private pauseWarnings(created: WorkflowExecution): readonly string[] {
    const pause = phaseOf(created) === 'Pending' ? this.pauses.of(created.metadata.namespace) : undefined;
    return pause === undefined ? [] : [`the execution waits for the end of a pause: ${describePause(pause)}`];
  }

  /** Reads an execution from the cache, or from the API server if the cache does not have it or is out of date. */
  async get(key: ExecutionKey, call: Call): Promise<CachedExecution> {
    const { store, failure } = this.reflector;
    const cached = failure === undefined ? store.get(key) : undefined;
    await this.reserveAnswer(key, call);
    if (cached === undefined) return cachedExecution(await this.read(key, call));
    setExecutionAttributes(cached.metadata);
    return cached;
  }

  /**
   * Requests the cancellation of an execution.
   *
   * @returns the execution after the request, usually before it has ended
   */
  async cancel({ key, mode }: CancelCommand, call: Call): Promise<WorkflowExecution> {
    await this.reserveAnswer(key, call);
    for (let attempt = 1; attempt <= maxCancelAttempts; attempt++) {
      const execution = await this.read(key, call);
      const decision = decideCancel(execution, mode);
      if (decision === 'nothing') return execution;
      if (decision === 'finished') throw alreadyFinished(execution);
      const canceled = await this.patchCancel(execution, mode, call);
      if (canceled !== undefined) return canceled;
    }
    const resource = affectedExecution(key);
    throw new ApiError('Aborted', `${resource.name} changed during each of ${maxCancelAttempts} attempts`, {
      resource,
    });
  }

  /**
   * Deletes an execution; it exists until its PipelineRun is gone.
   *
   * @returns its last known state
   */
  async delete({ key, uid, resourceVersion }: DeleteCommand, call: Call): Promise<WorkflowExecution> {
    await this.reserveAnswer(key, call);
    const execution = await this.read(key, call);
    const { signal } = call;
    const preconditions = { uid: uid ?? execution.metadata.uid, resourceVersion };
    const deleting = this.client.delete(workflowExecutionResource, key, { preconditions, signal });
    await this.errors.mapErrors(deleting, 'delete', key);
    const finding = this.client.find(workflowExecutionResource, key, { signal });
    const last = await this.errors.mapErrors(finding, 'get', key);
    if (last?.metadata.uid !== execution.metadata.uid) return execution;
    this.reflector.store.upsertIfNewer(cachedExecution(last));
    return last;
  }

  /**
   * Waits while the caller has not read enough of its earlier answers. A create reserves nothing: the reservation of its body
   * is held until its answer has been read.
   */
  private async reserveAnswer(key: ExecutionKey, call: Call): Promise<void> {
    const cached = this.reflector.store.get(key);
    await this.responses.reserve(call, cached === undefined ? maxExecutionBytes : cached.jsonBytes);
  }

  private async read(key: ExecutionKey, { signal }: Call): Promise<WorkflowExecution> {
    const reading = this.client.get(workflowExecutionResource, key, { signal });
    const execution = await this.errors.mapErrors(reading, 'get', key);
    setExecutionAttributes(execution.metadata);
    return execution;
  }

  /** Undefined if the execution has changed since it was read. */
  private async patchCancel(
    execution: WorkflowExecution,
    mode: CancelMode,
    { caller, signal }: Call,
  ): Promise<WorkflowExecution | undefined> {
    const { metadata, spec } = execution;
    const patch = cancelPatch(execution, mode, caller?.username);
    const patching = undefinedOnConflict(this.client.patch(workflowExecutionResource, metadata, patch, { signal }));
    const canceled = await this.errors.mapErrors(redactErrors(patching, redactorFor(spec)), 'patch', metadata);
    if (canceled !== undefined) this.reflector.store.upsertIfNewer(cachedExecution(canceled));
    return canceled;
  }

  /** Refuses early what would stay Pending, end without a run, or end as ValidationFailed. */
  private assertAllowed({ spec, namespace }: CreateCommand): void {
    if (!serves(this.config, namespace)) {
      const served = this.config.watchNamespaces.join(', ');
      throw invalidField(['metadata', 'namespace'], `must be one that this service serves (${served})`);
    }
    if (spec.cancelRequested === true) {
      throw invalidField(['spec', 'cancelRequested'], 'must not be true when an execution is created');
    }
    const violations = policyViolations(spec, namespace, this.config);
    if (violations.length > 0) throw invalidArgument(violations);
  }
}

async function undefinedOnConflict<T>(patching: Promise<T>): Promise<T | undefined> {
  try {
    return await patching;
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    throw error;
  }
}
