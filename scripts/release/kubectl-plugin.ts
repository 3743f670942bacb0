// Makes archives of kubectl-wfe and its krew manifest:
// node scripts/release/kubectl-plugin.ts --out DIRECTORY --url URL [--platform OS/ARCHITECTURE...]
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { recordOf, stringOf } from '../../src/kubernetes/json.ts';
import { runCommand } from '../../test/cluster/command.ts';
import { tar } from '../../test/cluster/tar.ts';
import { explainGoFailure, findGo } from '../../test/cluster/toolchain.ts';
import { goModulePath } from '../generate/go-package.ts';
import { krewManifest, pluginPlatforms, sha256, type PluginArchive, type PluginPlatform } from './krew-manifest.ts';

const root = join(import.meta.dirname, '..', '..');
const module = join(root, 'clients', 'go');
const source = join(module, 'cmd', 'kubectl-wfe');

const usage = 'node scripts/release/kubectl-plugin.ts --out DIRECTORY --url URL [--platform OS/ARCHITECTURE]...';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    url: { type: 'string' },
    platform: { type: 'string', multiple: true },
  },
});
if (values.out === undefined || values.url === undefined) {
  console.error(`usage: ${usage}`);
  process.exit(2);
}
await makePlugin(resolve(values.out), values.url, selected(values.platform));

/** Builds the plugin for each platform, and writes its archives and `wfe.yaml`, the manifest with their URLs and checksums. */
async function makePlugin(out: string, url: string, platforms: readonly PluginPlatform[]): Promise<void> {
  const version = stringOf(recordOf(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))['version']) ?? '';
  await mkdir(out, { recursive: true });
  const archives: PluginArchive[] = [];
  for (const platform of platforms) {
    const file = `kubectl-wfe_${version}_${platform.os}_${platform.architecture}.tar.gz`;
    const archive = await archiveOf(platform, version);
    await writeFile(join(out, file), archive);
    archives.push({ platform, uri: `${url}/${file}`, sha256: sha256(archive) });
    console.log(`made ${file}`);
  }
  await writeFile(join(out, 'wfe.yaml'), krewManifest({ version, module: goModulePath(), archives }));
}

/** The archive for a platform: the same sources and the same Go yield the same bytes. */
async function archiveOf(platform: PluginPlatform, version: string): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'kubectl-wfe-'));
  try {
    const files = [
      { path: platform.binary, mode: 0o755, content: await readFile(await build(platform, version, directory)) },
      { path: 'kubectl_complete-wfe', mode: 0o755, content: await readFile(join(source, 'kubectl_complete-wfe')) },
    ];
    return gzipSync(tar(files), { level: 9 });
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function build(platform: PluginPlatform, version: string, directory: string): Promise<string> {
  const { command } = await findGo();
  const binary = join(directory, platform.binary);
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags', `-s -w -X main.version=v${version}`];
  const env = { ...process.env, CGO_ENABLED: '0', GOOS: platform.os, GOARCH: platform.architecture };
  const { code, stderr } = await runCommand(command, ['build', ...flags, '-o', binary, source], { cwd: module, env });
  if (code !== 0) throw new Error(explainGoFailure('kubectl-wfe', stderr, module));
  return binary;
}

function selected(names: readonly string[] = []): readonly PluginPlatform[] {
  if (names.length === 0) return pluginPlatforms;
  return names.map((name) => {
    const found = pluginPlatforms.find(({ os, architecture }) => `${os}/${architecture}` === name);
    if (found === undefined) throw new Error(`--platform ${name} is none of those that are released`);
    return found;
  });
}
