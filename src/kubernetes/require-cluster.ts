import type { CallOptions, KubernetesClient } from './client.ts';
import { CancelledError } from './errors.ts';
import { parseJson, recordOf, stringOf } from './json.ts';
import { KubeConfigError } from './kube-config-error.ts';
import type { PooledKubeConfig } from './pooled-kube-config.ts';

/**
 * The version of the cluster (`v1.35.4`) that a configuration names. Throws {@link KubeConfigError}, with a sentence
 * that names the file and the URL, when no API server answers there or it does not let us in.
 */
export async function requireCluster(
  client: KubernetesClient,
  config: PooledKubeConfig,
  options: CallOptions = { timeoutMs: 10_000 },
): Promise<string> {
  const where = `The API server ${config.server} of ${config.origin} (context "${config.currentContext}")`;
  let answer: string;
  try {
    answer = await client.raw('/version', options);
  } catch (cause) {
    if (cause instanceof CancelledError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new KubeConfigError(`${where} cannot be used: ${why}`, { cause });
  }
  const version = stringOf(recordOf(parseJson(answer))['gitVersion']);
  if (version === undefined) throw new KubeConfigError(`${where} does not answer like one: is the URL right?`);
  return version;
}
