import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const root = join(import.meta.dirname, '..', '..');
const target = 'src/api/generated';

/** The services of reflection: our own with its error details, and health. */
const described = [
  ['proto'],
  ['node_modules/grpc-health-check/proto', '--path', 'node_modules/grpc-health-check/proto/health'],
];

/**
 * Runs buf with the plugins of buf.gen.yaml on proto/, offline.
 *
 * @returns the generated files by path
 */
export function generateProto(): Record<string, string> {
  const out = mkdtempSync(join(tmpdir(), 'wfe-proto-'));
  try {
    buf('generate', '--output', out);
    const paths = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
    return {
      ...Object.fromEntries(paths.sort().map((path) => [`${target}/${path}`, contentOf(out, path)])),
      [`${target}/descriptors.ts`]: descriptors(),
    };
  } finally {
    rmSync(out, { recursive: true });
  }
}

/**
 * Removes the long comments of the well-known types, and defines map entries instead of assigning them: assigning `__proto__`
 * would lose the key.
 */
function contentOf(out: string, path: string): string {
  const content = readFileSync(join(out, path), 'utf8').replaceAll(
    /(message\.\w+)\[(entry\d+)\.key\] = \2\.value;/g,
    'globalThis.Object.defineProperty($1, $2.key, { value: $2.value, configurable: true, enumerable: true, writable: true });',
  );
  return path.startsWith('google/protobuf')
    ? content.replaceAll(/^ *\/\*\*\n(?: *\*.*\n)+?(?<=\*\/\n)/gm, '')
    : content;
}

/** The descriptors of each file as a module, because the server has no .proto files. */
function descriptors(): string {
  const files = described
    .map((input) => buf('build', ...input, '--as-file-descriptor-set', '--exclude-source-info', '--output', '-'))
    .flatMap((set) => fromBinary(FileDescriptorSetSchema, set).file)
    .map((file) => Buffer.from(toBinary(FileDescriptorProtoSchema, file)).toString('base64'));
  return [
    '// Generated from proto/ by `npm run generate`. Do not edit.',
    '',
    '/** google.protobuf.FileDescriptorProtos in base64. */',
    `export const fileDescriptorProtos: readonly string[] = ${JSON.stringify(files, null, 2)};`,
    '',
  ].join('\n');
}

/** Runs buf in the repository and returns its output. */
export function buf(...arguments_: string[]): Buffer {
  return execFileSync(join(root, 'node_modules', '.bin', 'buf'), arguments_, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
