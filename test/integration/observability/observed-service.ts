import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRecord, parseJson } from '../../../src/kubernetes/json.ts';
import { serviceKubeconfig } from '../../support/service-account.ts';
import { startService, type ServiceProcess } from '../../support/service.ts';

/** A line of the log, with whatever fields it has. */
export type LogLine = Readonly<Record<string, unknown>>;

/** The service as a process of its own, with the rights that it is shipped with, for one namespace. */
export interface ObservedService extends ServiceProcess {
  /** What it has logged so far. */
  lines(): readonly LogLine[];
  /** Where executions of the namespace are, over REST. */
  readonly url: string;
}

/**
 * Starts the service for a namespace, without authentication of callers.
 *
 * @param environment settings and standard variables over the defaults
 */
export async function observe(
  namespace: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ObservedService> {
  const cluster = {
    kubeconfig: process.env['WFE_TEST_KUBECONFIG'] ?? '',
    kubectl: process.env['WFE_TEST_KUBECTL'] ?? 'kubectl',
  };
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-observed-'));
  const service = await startService({
    kubeconfig: await serviceKubeconfig(cluster, directory),
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
    async stop(signal) {
      await service.stop(signal);
      await rm(directory, { recursive: true });
    },
  };
}
