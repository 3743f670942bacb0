// Makes the artefacts of a release: `npm run release -- --out DIRECTORY` (docs/release.md).
import { constants } from 'node:os';
import { ClusterError } from '../../test/cluster/errors.ts';
import { streamProgress } from '../../test/cluster/progress.ts';
import { makeRelease } from './artefacts.ts';
import { readOptions } from './options.ts';
import { ReleaseError } from './release-error.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    interrupted.abort();
  });
}

try {
  const options = readOptions(process.argv.slice(2));
  const { image } = await makeRelease(options, streamProgress(process.stderr), interrupted.signal);
  console.log(image);
} catch (error) {
  if (!interrupted.signal.aborted) {
    const isExpected = error instanceof ReleaseError || error instanceof ClusterError;
    console.error(isExpected ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}
