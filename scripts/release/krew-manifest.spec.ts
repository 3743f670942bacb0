import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { krewManifest, pluginPlatforms, sha256 } from './krew-manifest.ts';

it('names an archive, its checksum and its program for each platform', () => {
  const archives = pluginPlatforms.map((platform) => ({
    platform,
    uri: `https://example.org/${platform.os}-${platform.architecture}.tar.gz`,
    sha256: sha256(Buffer.from(platform.os)),
  }));

  const manifest: unknown = parse(
    krewManifest({ version: '1.2.3', module: 'example.org/repository/clients/go', archives }),
  );

  expect(manifest).toMatchObject({
    kind: 'Plugin',
    metadata: { name: 'wfe' },
    spec: { version: 'v1.2.3', homepage: 'https://example.org/repository' },
  });
  expect(manifest).toHaveProperty('spec.platforms.length', 5);
  expect(manifest).toHaveProperty('spec.platforms.1', {
    selector: { matchLabels: { os: 'linux', arch: 'arm64' } },
    uri: 'https://example.org/linux-arm64.tar.gz',
    sha256: 'caf90169eefa5f807d577486b9f795ab86ae2983c5c20806cff959117e90af18',
    bin: 'kubectl-wfe',
  });
  expect(manifest).toHaveProperty('spec.platforms.4.bin', 'kubectl-wfe.exe');
});

it('has a short description that krew accepts', () => {
  const manifest: unknown = parse(krewManifest({ version: '1.2.3', module: 'example.org/repository', archives: [] }));

  // https://krew.sigs.k8s.io/docs/developer-guide/develop/best-practices/
  expect(manifest).toHaveProperty('spec.shortDescription', expect.stringMatching(/^[A-Z].{1,49}[^.]$/));
});
