import { isResourceVersion } from '../../kubernetes/resource-version.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { invalidArgument, invalidField } from '../errors/api-error.ts';
import { noFilter, filterPredicate, type CanonicalTargets } from '../executions/list-filter.ts';
import { isName } from '../../kubernetes/dns-names.ts';
import { dnsSubdomain } from '../resource/names.ts';
import { resourceVersionRule } from '../validation/query.ts';
import type { WatchCommand } from './watch.types.ts';

/**
 * The test that an execution has to pass to be told. Everything that it looks at is fixed when an execution is created, so
 * what has passed once always will.
 *
 * @throws ApiError InvalidArgument naming the field that breaks its rule
 */
export function selectionOf(
  command: WatchCommand,
  targets: CanonicalTargets,
): (execution: WorkflowExecution) => boolean {
  const { namespace, name, resourceVersion, workflowId, targetResource, remediationRequest } = command;
  if (resourceVersion !== undefined && !isResourceVersion(resourceVersion)) {
    throw invalidField(['resourceVersion'], resourceVersionRule.message);
  }
  assertNameable(name, namespace);
  const matches = filterPredicate({ ...noFilter, workflowId, targetResource, remediationRequest }, targets);
  return (execution) =>
    (namespace === undefined || execution.metadata.namespace === namespace) &&
    (name === undefined || execution.metadata.name === name) &&
    matches(execution);
}

function assertNameable(name: string | undefined, namespace: string | undefined): void {
  if (name === undefined) return;
  if (!isName(name, dnsSubdomain))
    throw invalidArgument([{ path: ['metadata', 'name'], message: dnsSubdomain.message }]);
  if (namespace === undefined) {
    throw invalidField(['metadata', 'namespace'], 'must be one namespace, since a name is asked for');
  }
}
