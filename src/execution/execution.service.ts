import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { KubernetesClient } from '../kubernetes/client.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { InjectReflector } from '../kubernetes/kubernetes.module.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { violationsOf, type ExecutionPolicy } from '../workflow-execution/policy.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../workflow-execution/resource.ts';
import type { Call } from './call/call.ts';
import { ApiError, invalidArgument, invalidField } from './errors/api-error.ts';
import { fromKubernetesError } from './errors/kubernetes-errors.ts';
import type { CallSubject } from './errors/kubernetes-errors.ts';
import type { CreateCommand, ExecutionPage, ListCommand } from './execution.types.ts';
import { pageOf } from './listing.ts';
import { derivedName, executionNamed, namespaceNamed } from './names.ts';
import type { ExecutionKey, NameSuffix } from './names.ts';

/** Injection token of the {@link NameSuffix}. */
export const NAME_SUFFIX = Symbol('NameSuffix');

/** How long a caller waits for a replica that has just started, in milliseconds. */
const syncRetryMs = 1_000;

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
  ) {}

  /**
   * Creates an execution; lists of this replica hold it from then on.
   *
   * @returns the resource as the API server stored it, with its defaults
   */
  async create(command: CreateCommand, { signal }: Call): Promise<WorkflowExecution> {
    this.assertServed(command.namespace);
    assertNotCancelled(command);
    this.assertAllowed(command);
    const { namespace, labels, annotations, spec } = command;
    const name = command.name ?? derivedName(spec.remediationRequestRef.name, this.suffix());
    const object = {
      apiVersion: workflowExecutionApiVersion,
      kind: workflowExecutionResource.kind,
      metadata: { name, namespace, labels, annotations },
      spec,
    };
    const subject = { resource: executionNamed({ namespace, name }), parent: namespaceNamed(namespace) };
    const created = await answered(this.client.create(workflowExecutionResource, object, { signal }), subject);
    this.reflector.store.upsertIfNewer(created);
    return created;
  }

  /** Reads an execution from the API server, not from the store: it is what it is now. */
  async get(key: ExecutionKey, { signal }: Call): Promise<WorkflowExecution> {
    return answered(this.client.get(workflowExecutionResource, key, { signal }), { resource: executionNamed(key) });
  }

  /** One page of executions out of the shared store. */
  list(command: ListCommand): ExecutionPage {
    if (!this.reflector.hasSynced) {
      throw new ApiError('Unavailable', 'the executions of the cluster are still being read', {
        retryAfterMs: syncRetryMs,
      });
    }
    return pageOf(this.reflector.store.list(), command);
  }

  /** The reconciler would end it as ValidationFailed; whoever asks here is told before there is anything to end. */
  private assertAllowed({ spec, namespace }: CreateCommand): void {
    const violations = violationsOf(spec, namespace, this.config);
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

async function answered<T>(call: Promise<T>, subject: CallSubject): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw error instanceof KubernetesError ? fromKubernetesError(error, subject) : error;
  }
}
