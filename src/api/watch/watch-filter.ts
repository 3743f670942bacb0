import { isName } from '../../kubernetes/dns-names.ts';
import { isResourceVersion } from '../../kubernetes/resource-version.ts';
import { invalidArgument, invalidField } from '../errors/api-error.ts';
import type { ExecutionSummary } from '../executions/cached-execution.ts';
import { filterPredicate, type CanonicalTargets } from '../executions/list-filter.ts';
import { dnsSubdomain } from '../resource/names.ts';
import { resourceVersionRule } from '../validation/query.ts';
import type { WatchCommand } from './watch.types.ts';

/**
 * The filter of a watch. It tests fields that do not change once they are set, so an execution leaves a watch only by deletion.
 *
 * @throws ApiError InvalidArgument naming the invalid field
 */
export function watchFilter(
  command: WatchCommand,
  targets: CanonicalTargets,
): (execution: ExecutionSummary) => boolean {
  const { namespace, name, resourceVersion, ...filter } = command;
  if (resourceVersion !== undefined && !isResourceVersion(resourceVersion)) {
    throw invalidField(['resourceVersion'], resourceVersionRule.message);
  }
  if (name !== undefined && !isName(name, dnsSubdomain)) {
    throw invalidArgument([{ path: ['metadata', 'name'], message: dnsSubdomain.message }]);
  }
  if (name !== undefined && namespace === undefined) {
    throw invalidField(['metadata', 'namespace'], 'must be one namespace if a name is given');
  }
  const matches = filterPredicate(filter, targets);
  return (execution) =>
    (namespace === undefined || execution.metadata.namespace === namespace) &&
    (name === undefined || execution.metadata.name === name) &&
    matches(execution);
}
