import { jest } from '@jest/globals';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { ConflictError, type UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import type { Pause } from '../../pauses/pause.ts';
import type { Pauses } from '../../pauses/pauses.ts';
import { aPolicy } from '../../workflow-execution/policy.builders.ts';
import type { ExecutionPolicy } from '../../workflow-execution/policy.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import type { TargetAccess } from '../call/target-access.ts';
import { ResponseBudget } from '../call/byte-budget.ts';
import { KubernetesErrorMapper } from '../call/kubernetes-errors.ts';
import type { PreflightService } from '../preflight/preflight.service.ts';
import { cachedExecution, executionOf, type CachedExecution } from './cached-execution.ts';
import { ExecutionService } from './execution.service.ts';
import { IdempotentCreate } from './idempotent-create.ts';

/** The service with an API server whose responses the test sets. */
export function serviceWith(over: {
  answer?: () => Promise<WorkflowExecution>;
  /** Whether the service itself has the permission, according to the API server. */
  mayItself?: boolean;
  watchNamespaces?: string[];
  policy?: ExecutionPolicy;
  /** The access check of a target; allows any by default. */
  assertTarget?: TargetAccess['assertAllowed'];
  /** The comparison with the Pipeline; finds nothing by default. */
  preflight?: Partial<Pick<PreflightService, 'check' | 'screen'>>;
  /** What pauses every namespace. */
  pause?: Pause;
  /** The cached executions, and why the cache is stale. */
  known?: WorkflowExecution;
  failure?: UnavailableError;
  /** The state of an execution after it was deleted. */
  left?: WorkflowExecution;
}) {
  const answer = jest.fn<(...call: unknown[]) => Promise<WorkflowExecution>>(
    over.answer ?? (() => Promise.resolve(aWorkflowExecution())),
  );
  const upsertIfNewer = jest.fn<(execution: WorkflowExecution) => void>();
  const patch = jest.fn<(...call: unknown[]) => Promise<WorkflowExecution>>(() =>
    Promise.reject(new ConflictError('changed')),
  );
  const deletion = jest.fn<KubernetesClient['delete']>(() => Promise.resolve());
  const find = jest.fn(() => Promise.resolve(over.left));
  const review = () => Promise.resolve({ allowed: over.mayItself ?? true });
  const client = { create: answer, get: answer, patch, delete: deletion, find, review } as unknown as KubernetesClient;
  const store = {
    upsertIfNewer: (cached: CachedExecution) => upsertIfNewer(executionOf(cached)),
    get: () => over.known && cachedExecution(over.known),
    byIndex: () => [],
  };
  const reflector = { store, failure: over.failure } as unknown as Reflector<CachedExecution>;
  const config = { watchNamespaces: over.watchNamespaces ?? [], ...(over.policy ?? aPolicy()) };
  const idempotent = new IdempotentCreate(client, reflector);
  const service = new ExecutionService(
    client,
    reflector,
    config,
    () => 'suffix',
    idempotent,
    new KubernetesErrorMapper(client),
    { assertAllowed: over.assertTarget ?? (() => Promise.resolve()) } as unknown as TargetAccess,
    new FakeClock(new Date('2026-01-02T03:04:05.678Z')),
    new ResponseBudget(),
    { screen: () => Promise.resolve([]), ...over.preflight } as unknown as PreflightService,
    { of: () => over.pause } as unknown as Pauses,
  );
  return { service, answer, upsertIfNewer, patch, deletion };
}
