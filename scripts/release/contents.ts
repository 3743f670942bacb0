import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { arrayOf, recordOf, stringOf, type JsonRecord } from '../../src/kubernetes/json.ts';
import { ReleaseError } from './release-error.ts';

/** An npm package in the image. */
export interface NpmPackage {
  /** Directory below `/app`, as package-lock.json names it. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  /** Paths of the packages that it uses. */
  readonly dependencies: readonly string[];
}

/** A Debian package in the image. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/**
 * The npm packages below `/app/node_modules` of an unpacked image.
 *
 * @throws ReleaseError if one does not say its license
 */
export function npmPackages(root: string): NpmPackage[] {
  const app = join(root, 'app');
  const paths = packagePaths(app, 'node_modules').toSorted();
  return paths.map((path) => {
    const manifest = manifestOf(join(app, path));
    const [name, version] = ['name', 'version'].map((key) => stringOf(manifest[key]));
    const license = licenseOf(manifest);
    if (name === undefined || version === undefined) throw new ReleaseError(`${path} has no name or version`);
    if (license === undefined) throw new ReleaseError(`${path} does not say its license in package.json`);
    return { path, name, version, license, dependencies: dependenciesOf(manifest, path, paths) };
  });
}

/** The SPDX expression of a package.json, also of one from before npm 2, which lists objects. */
function licenseOf({ license, licenses }: JsonRecord): string | undefined {
  if (typeof license === 'string') return license;
  const types = arrayOf(licenses).map((one) => recordOf(one)['type']);
  return types.length > 0 && types.every((type) => typeof type === 'string') ? types.join(' OR ') : undefined;
}

/** Paths of the packages that the service itself uses. */
export function directDependencies(root: string): readonly string[] {
  const app = join(root, 'app');
  return dependenciesOf(manifestOf(app), '', packagePaths(app, 'node_modules'));
}

/** Packages in a node_modules directory and in those of its packages. */
function packagePaths(app: string, directory: string): string[] {
  if (!existsSync(join(app, directory))) return [];
  return readdirSync(join(app, directory)).flatMap((name) => {
    const path = `${directory}/${name}`;
    if (name.startsWith('.')) return [];
    if (name.startsWith('@')) return packagePaths(app, path);
    return [path, ...packagePaths(app, `${path}/node_modules`)];
  });
}

/** The packages that Node.js resolves the dependencies of a package to; optional ones may be missing. */
function dependenciesOf(manifest: JsonRecord, path: string, paths: readonly string[]): string[] {
  const names = ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((key) =>
    Object.keys(recordOf(manifest[key])),
  );
  const found = names.map((name) => {
    for (let from = path; ; from = parentOf(from)) {
      const candidate = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
      if (paths.includes(candidate)) return candidate;
      if (from === '') return undefined;
    }
  });
  return [...new Set(found.filter((one) => one !== undefined))].toSorted();
}

/** The package in whose node_modules a package is; empty for the service. */
function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')));
}

/** The Debian packages of an unpacked image, as distroless images record them. */
export function debianPackages(root: string): DebianPackage[] {
  const records = globSync('var/lib/dpkg/status.d/*', { cwd: root }).toSorted();
  return records.flatMap((path) => {
    const fields = new Map(
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .map((line) => /^(\w[\w-]*): (.*)$/.exec(line))
        .map((match) => [match?.[1], match?.[2]] as const),
    );
    const [name, version, architecture] = ['Package', 'Version', 'Architecture'].map((key) => fields.get(key));
    // Beside each record there may be a list of checksums.
    if (name === undefined || version === undefined || architecture === undefined) return [];
    return [{ name, version, architecture }];
  });
}

/** A license text in the image, and what it belongs to. */
export interface LicenseText {
  readonly of: string;
  readonly text: string;
}

/** The license texts of an unpacked image: of Node.js, of Debian packages and of npm packages. */
export function licenseTexts(root: string): LicenseText[] {
  const read = (path: string, of: string) => ({ of, text: readFileSync(join(root, path), 'utf8') });
  const node = globSync('nodejs/LICENSE', { cwd: root }).map((path) => read(path, 'Node.js'));
  // A package may link to the directory of another, which globs do not follow.
  const debian = globSync('usr/share/doc/*', { cwd: root })
    .map((directory) => join(directory, 'copyright'))
    .filter((path) => existsSync(join(root, path)))
    .toSorted();
  const npm = npmPackages(root).map(({ path, name, version, license }) => {
    const directory = join('app', path);
    const files = readdirSync(join(root, directory)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    const texts = files.toSorted().map((file) => readFileSync(join(root, directory, file), 'utf8').trim());
    return {
      of: `${name} ${version} (${license})`,
      text: texts.join('\n\n') || `Without a text; license: ${license}.`,
    };
  });
  return [...node, ...debian.map((path) => read(path, `Debian package ${basename(dirname(path))}`)), ...npm];
}

function manifestOf(directory: string): JsonRecord {
  const json: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  return recordOf(json);
}
