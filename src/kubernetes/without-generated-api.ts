import { registerHooks } from 'node:module';

const inClientNode = '/node_modules/@kubernetes/client-node/dist/';

/** What KubeConfig needs of them to be loaded; only `makeApiClient` uses it, and nobody calls that here. */
const instead = `data:text/javascript,${encodeURIComponent(`
  export class ServerConfiguration {}
  export function createConfiguration() {
    throw new Error('the generated APIs of @kubernetes/client-node are not loaded');
  }
`)}`;

/**
 * Leaves out the generated APIs when client-node's KubeConfig is loaded after this: they are 850 modules of 16 MB, which take
 * a second of CPU time and 20 MB, and this service has a client of its own. A hook of the module loader
 * (https://nodejs.org/api/module.html#synchronous-hooks-accepted-by-moduleregisterhooks), for they are imported by the very
 * module of KubeConfig.
 */
export function withoutGeneratedApi(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const isGenerated = specifier === './gen/index.js' && context.parentURL?.includes(inClientNode) === true;
      return isGenerated ? { url: instead, format: 'module', shortCircuit: true } : nextResolve(specifier, context);
    },
  });
}
