import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from './cluster/errors.ts';
import { at, parseJson } from './cluster/json.ts';
import { isAlive, ownIdentity } from './cluster/process.ts';

/** File that names the process whose results are here. */
const ownerName = 'owner.json';

/**
 * Empties the results directory for this process.
 *
 * @throws ClusterError while another running process uses it
 */
export function claimResults(directory: string): void {
  const file = join(directory, ownerName);
  const owner = readOwner(file);
  if (owner !== undefined && owner.pid !== process.pid && isAlive(owner)) {
    throw new ClusterError(
      `Tests run in this checkout already (process ${owner.pid}), and keep their results in ${directory}. ` +
        'Wait for their end, end them with Ctrl-C, or use another checkout (git worktree add).',
    );
  }
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, JSON.stringify(ownIdentity()));
}

function readOwner(file: string): { readonly pid: number; readonly startTime: string } | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const owner = parseJson(text);
  const [pid, startTime] = [at(owner, 'pid'), at(owner, 'startTime')];
  return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined;
}
