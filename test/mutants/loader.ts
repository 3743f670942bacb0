// Loads the sources and specs of a sandbox in this process: compiled on demand, and reloaded for each generation.
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const { options } = ts.convertCompilerOptionsFromJson(
  { module: 'esnext', target: 'es2024', experimentalDecorators: true, emitDecoratorMetadata: true },
  import.meta.dirname,
);

/** Replacement of `@jest/globals`. */
const globals = new URL('jest-globals.ts', import.meta.url).href;

/**
 * Lets `import()` load the modules under `root`/src. `?generation=N` propagates to their imports, so a new number yields fresh
 * modules.
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
