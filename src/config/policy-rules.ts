import {
  parseBundlePattern,
  parseServiceAccountPattern,
  type BundlePattern,
  type ServiceAccountPattern,
} from '../workflow-execution/policy-patterns.ts';
import type { Rule } from './rules.ts';

/** Repositories that bundles may come from. */
export const bundlePatterns: Rule<readonly BundlePattern[]> = {
  allowed:
    'repositories with their registry, separated by commas (`quay.io/kubernaut/*`, or `ghcr.io/acme/**` for all below), ' +
    'or `**` for any',
  parse: (text) => listOf(text, parseBundlePattern),
};

/** ServiceAccounts that executions may run as. */
export const serviceAccountPatterns: Rule<readonly ServiceAccountPattern[]> = {
  allowed: 'pairs `namespace:name` separated by commas, with one `*` at most in each part (`*:workflow-execution-sa`)',
  parse: (text) => listOf(text, parseServiceAccountPattern),
};

/** Never an empty list: that nothing at all may run is more likely a slip than a wish. */
function listOf<T>(text: string, parse: (item: string) => T | undefined): readonly T[] | undefined {
  const items = text.split(',').map((item) => parse(item.trim()));
  const understood = items.filter((item) => item !== undefined);
  return understood.length === items.length ? understood : undefined;
}
