import { join } from 'node:path';
import type { Cache } from '../cluster/cache.ts';
import type { Progress } from '../cluster/progress.ts';
import { ensureGoProgram } from '../support/go-program.ts';

/**
 * The path of promtool (https://prometheus.io/docs/prometheus/latest/command-line/promtool/). It has a Go module of its own:
 * what it needs does not go together with what Kubernetes and Tekton need.
 *
 * @throws ClusterError when it cannot be built
 */
export function ensurePromtool(cache: Cache, progress: Progress, signal?: AbortSignal): Promise<string> {
  return ensureGoProgram(promtool, cache, progress, signal);
}

const promtool = {
  name: 'promtool',
  module: join(import.meta.dirname, 'go'),
  package: 'github.com/prometheus/prometheus/cmd/promtool',
  // Without the clients of all clouds, which rules have no use for, and which would take half of the build.
  flags: ['-tags', 'remove_all_sd'],
  purpose: 'The alerts are tested with',
  duration: '3 minutes',
  spaceNeeded: 2,
} as const;
