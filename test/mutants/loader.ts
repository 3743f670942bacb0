// Loads the sources and specs of a sandbox in this process: compiled as they are needed, and anew for each generation.
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const { options } = ts.convertCompilerOptionsFromJson(
  { module: 'esnext', target: 'es2024', experimentalDecorators: true, emitDecoratorMetadata: true },
  import.meta.dirname,
);

/** What `@jest/globals` is for specs that are loaded here. */
const globals = new URL('jest-globals.ts', import.meta.url).href;

/**
 * Lets `import()` load the modules under `root`/src. A module that is imported with `?generation=N` imports all others
 * under it with the same: a new number gives modules that nothing has happened to yet.
 */
export function loadSourcesOf(root: string): void {
  const sources = pathToFileURL(`${root}/src/`).href;
  const compiled = new Map<string, string>();
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === '@jest/globals') return { url: globals, shortCircuit: true };
      const resolved = next(specifier, context);
      const generation = new URL(context.parentURL ?? 'file:///').searchParams.get('generation');
      if (generation === null || !resolved.url.startsWith(sources)) return resolved;
      return { ...resolved, url: `${resolved.url}?generation=${generation}` };
    },
    load(url, context, next) {
      if (!url.startsWith(sources)) return next(url, context);
      const fileName = fileURLToPath(url);
      const source = compiled.get(fileName) ?? compile(fileName);
      compiled.set(fileName, source);
      return { format: 'module', source, shortCircuit: true };
    },
  });
}

function compile(fileName: string): string {
  if (!existsSync(fileName)) throw new Error(`${fileName} does not exist`);
  return ts.transpileModule(readFileSync(fileName, 'utf8'), { compilerOptions: options, fileName }).outputText;
}
