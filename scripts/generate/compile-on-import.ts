import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const sources = new URL('../../src/', import.meta.url).href;
const { options } = ts.convertCompilerOptionsFromJson(
  { module: 'esnext', target: 'es2024', experimentalDecorators: true, emitDecoratorMetadata: true },
  import.meta.dirname,
);

/**
 * Compiles modules under src/ when they are imported: Node.js strips types, but not decorators. Import them with `import()`
 * after this call.
 */
export function compileOnImport(): void {
  registerHooks({
    load(url, context, next) {
      if (!url.startsWith(sources) || !url.endsWith('.ts')) return next(url, context);
      const fileName = fileURLToPath(url);
      const { outputText } = ts.transpileModule(readFileSync(fileName, 'utf8'), { compilerOptions: options, fileName });
      return { format: 'module', source: outputText, shortCircuit: true };
    },
  });
}
