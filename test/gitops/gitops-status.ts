import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cache } from '../cluster/cache.ts';
import { runCommand } from '../cluster/command.ts';
import { ClusterError } from '../cluster/errors.ts';
import { parseJson } from '../cluster/json.ts';
import { silent, type Progress } from '../cluster/progress.ts';
import { ensureGoProgram } from '../support/go-program.ts';

const script = join(import.meta.dirname, '..', '..', 'deploy', 'argocd', 'health.lua');

/** It has its own Go module, because kstatus needs older modules than the local cluster. */
const program = {
  name: 'gitops-status',
  module: join(import.meta.dirname, 'go'),
  package: '.',
  purpose: 'What GitOps tools read from a status is tested with',
  duration: '20 seconds',
  spaceNeeded: 1,
} as const;

/** Builds the program unless cached; returns its path. */
export function ensureGitopsStatus(cache: Cache, progress: Progress = silent): Promise<string> {
  return ensureGoProgram(program, cache, progress);
}

/**
 * Computes the status that GitOps tools derive from objects.
 *
 * @param path of the program
 * @param objects as JSON
 * @returns for each object, `{ kstatus: { status, message }, argocd: { status, message } }`
 */
export async function gitopsStatuses(path: string, objects: readonly string[]): Promise<unknown> {
  const directory = await mkdtemp(join(tmpdir(), 'gitops-'));
  try {
    const file = join(directory, 'objects.json');
    await writeFile(file, `[${objects.join(',')}]`);
    const { code, stdout, stderr } = await runCommand(path, [script, file]);
    if (code !== 0) throw new ClusterError(stderr);
    return parseJson(stdout);
  } finally {
    await rm(directory, { recursive: true });
  }
}
