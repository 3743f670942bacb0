import { ExecutionFilter } from '../executions/list-filter.ts';
import { dnsSubdomain } from '../resource/names.ts';
import { OptionalQuery, resourceVersionRule } from '../validation/query.ts';

/** Query parameters of a watch. */
export class WatchQuery extends ExecutionFilter {
  @OptionalQuery('Only the execution with this name; requires a namespace.', dnsSubdomain)
  name?: string;

  @OptionalQuery(
    'Resumes after the event with this resource version. The header Last-Event-ID takes precedence.',
    resourceVersionRule,
  )
  resourceVersion?: string;
}
