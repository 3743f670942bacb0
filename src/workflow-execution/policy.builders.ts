import { type ExecutionPolicy, parseBundlePattern, parseServiceAccountPattern } from './policy.ts';

/** A policy for tests that allows everything by default, written as an operator writes it. */
export function aPolicy(
  over: {
    bundles?: readonly string[];
    requireDigest?: boolean;
    serviceAccounts?: readonly string[];
    maxTimeoutMs?: number;
  } = {},
): ExecutionPolicy {
  const { bundles = ['**'], requireDigest = false, serviceAccounts = ['*:*'], maxTimeoutMs = Infinity } = over;
  return {
    allowedBundles: bundles.map((text) => understood(parseBundlePattern(text), text)),
    requireDigest,
    allowedServiceAccounts: serviceAccounts.map((text) => understood(parseServiceAccountPattern(text), text)),
    maxTimeoutMs,
  };
}

function understood<T>(pattern: T | undefined, text: string): T {
  if (pattern === undefined) throw new Error(`${text} is no pattern`);
  return pattern;
}
