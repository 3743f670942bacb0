import { readFileSync } from 'node:fs';

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
const file = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** The environment with WFE_NAMESPACE set to the pod's own namespace, where this is a pod and nobody has set it. */
export function withPodNamespace(
  env: Readonly<Record<string, string | undefined>>,
  read: (file: string) => string | Buffer = readFileSync,
): Readonly<Record<string, string | undefined>> {
  if (env['WFE_NAMESPACE'] !== undefined) return env;
  try {
    return { ...env, WFE_NAMESPACE: read(file).toString().trim() };
  } catch {
    return env; // Not a pod, or one without a ServiceAccount token.
  }
}
