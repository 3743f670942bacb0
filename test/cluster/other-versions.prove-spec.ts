import { expect, it } from '@jest/globals';
import { findCache } from './cache.ts';
import { ensureVersions } from './other-versions.ts';
import { silent } from './progress.ts';
import { pinnedVersions } from './versions.ts';

it.each(['1.9.0', 'v1.9', 'latest', 'v1.9.0@x'])('refuses %s as a version', async (tekton) => {
  await expect(ensureVersions(findCache(), { tekton }, silent)).rejects.toThrow(
    `"${tekton}" is not a version of tekton`,
  );
});

it('uses the build of this checkout for the versions that it pins', async () => {
  const { kubernetes, tekton } = pinnedVersions();
  const { directory } = await ensureVersions(findCache(), { kubernetes, tekton }, silent);
  await expect(ensureVersions(findCache(), {}, silent)).resolves.toEqual({ directory });
});
