import { findCache } from '../../test/cluster/cache.ts';
import { binary, ensureBuilt } from '../../test/cluster/build.ts';
import type { Progress } from '../../test/cluster/progress.ts';
import { run } from './run.ts';

/**
 * Pushes the image of an OCI layout, unchanged, with the credentials of Docker's configuration. Registries of this machine are
 * asked over plain HTTP.
 *
 * @param reference `HOST/ORGANIZATION/NAME:TAG`
 * @throws ReleaseError with crane's message
 */
export async function pushLayout(
  layout: string,
  reference: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  // The registry of the local cluster is `crane registry`.
  const crane = binary(await ensureBuilt(findCache(), progress, signal), 'registry');
  await run(crane, ['push', layout, reference], { signal });
}
