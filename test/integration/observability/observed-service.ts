import { isRecord, parseJson } from '../../../src/kubernetes/json.ts';
import { startService, type ServiceProcess } from '../../support/service.ts';

/** A line of the log, with its fields. */
export type LogLine = Readonly<Record<string, unknown>>;

/** The service as a process of its own, with the rights that it is shipped with, for one namespace. */
export interface ObservedService extends ServiceProcess {
  /** Its log so far. */
  lines(): readonly LogLine[];
  /** The executions of the namespace over REST. */
  readonly url: string;
}

/**
 * Starts the service for a namespace, by default without authentication of callers.
 *
 * @param environment settings and standard variables over the defaults
 */
export async function observe(
  namespace: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ObservedService> {
  const service = await startService({
    kubeconfig: process.env['WFE_TEST_SERVICE_KUBECONFIG'] ?? '',
    settings: {
      WFE_WATCH_NAMESPACES: namespace,
      WFE_LEADER_ELECTION: 'false',
      WFE_AUTH: 'none',
      WFE_AUDIT_DELETE_WAIT: '0s',
      ...environment,
    },
  });
  return {
    ...service,
    url: `http://${service.http}/api/v1/namespaces/${namespace}/workflowexecutions`,
    lines: () => service.log.map((line) => parseJson(line)).filter(isRecord),
  };
}
