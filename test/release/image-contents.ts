import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayoutImage } from '../../scripts/release/image/layout.ts';
import { arrayOf, recordOf } from '../../src/kubernetes/json.ts';
import { findCache } from '../cluster/cache.ts';
import { runCommand, type CommandResult } from '../cluster/command.ts';
import { requireProgram } from '../cluster/packages.ts';
import { silent } from '../cluster/progress.ts';
import { pythonCommands } from '../support/python.ts';

const root = join(import.meta.dirname, '..', '..');

/** purls of the production dependencies in package-lock.json. `npm sbom` lists only some of them. */
export function lockedPurls(): string[] {
  const lock: unknown = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const purls = Object.entries(recordOf(recordOf(lock)['packages']))
    .map(([path, entry]) => ({ path, ...recordOf(entry) }) as const)
    .filter((entry) => entry.path !== '' && !['dev', 'optional', 'devOptional'].some((flag) => flag in entry))
    .map((entry) => {
      const name = entry.path.split('node_modules/').at(-1) ?? '';
      return `pkg:npm/${name.replace('@', '%40')}@${String(recordOf(entry)['version'])}`;
    });
  return [...new Set(purls)].toSorted();
}

/** Files of machine code: ELF, Mach-O and PE. */
export function nativeFiles(directory: string): string[] {
  const magic = /^(7f454c46|cffaedfe|feedfacf|4d5a)/;
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => magic.test(readFileSync(file).subarray(0, 4).toString('hex')));
}

/** Why an SBOM is not valid CycloneDX 1.6, as CycloneDX's own library says; empty if it is. */
export async function sbomErrors(file: string): Promise<string> {
  const bin = await pythonCommands('cyclonedx', ['cyclonedx-python-lib[json-validation]==11.12.0']);
  const script = [
    'import sys',
    'from cyclonedx.schema import SchemaVersion',
    'from cyclonedx.validation.json import JsonStrictValidator',
    'error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())',
    'sys.exit(str(error)[:2000] if error else 0)',
  ].join('\n');
  const { stderr } = await runCommand(join(bin, 'python3'), ['-c', script, file]);
  return stderr;
}

/** Starts the service of an unpacked arm64 image under emulation, until it exits. */
export async function runOnArm64(
  files: string,
  image: LayoutImage,
  settings: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const qemu = await requireProgram(findCache(), { program: 'qemu-aarch64', debianPackage: 'qemu-user' }, silent);
  // In the environment of qemu LD_PRELOAD would be its own.
  const { LD_PRELOAD: allocator = '', ...environment } = image.environment;
  const node = join(files, 'nodejs', 'bin', 'node');
  return runCommand(qemu, ['-L', files, '-E', `LD_PRELOAD=${allocator}`, node, 'dist/main.js'], {
    cwd: join(files, 'app'),
    env: { ...process.env, ...environment, ...settings },
  });
}

/** The part of an SBOM that tests read. */
export interface Sbom {
  /** purl of the image. */
  readonly image: string;
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[];
}

/** Reads an SBOM. */
export function readSbom(file: string): Sbom {
  const { metadata, components } = recordOf(JSON.parse(readFileSync(file, 'utf8')));
  return {
    image: String(recordOf(recordOf(metadata)['component'])['purl']),
    components: arrayOf(components)
      .map(recordOf)
      .map(({ name, version, purl }) => ({ name: String(name), version: String(version), purl: String(purl) })),
  };
}
