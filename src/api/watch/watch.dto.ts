import { remediationRequestRule, targetRule } from '../executions/list-filter.ts';
import { dnsSubdomain } from '../resource/names.ts';
import { OptionalQuery, resourceVersionRule } from '../validation/query.ts';

/** Query parameters of a watch. */
export class WatchQuery {
  @OptionalQuery('Only the execution with this name; requires a namespace.', dnsSubdomain)
  name?: string;

  @OptionalQuery('Only executions of this workflow.', { maxLength: 253 })
  workflowId?: string;

  @OptionalQuery(
    'Only executions on this target, under any name of its kind: namespace/kind/name or kind/name.',
    targetRule,
  )
  targetResource?: string;

  @OptionalQuery('Only executions that serve the RemediationRequest of this name.', remediationRequestRule)
  remediationRequest?: string;

  @OptionalQuery(
    'Resumes after the event with this resource version. The header Last-Event-ID takes precedence.',
    resourceVersionRule,
  )
  resourceVersion?: string;
}
