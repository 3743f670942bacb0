// The execution API alone, without a reconciler, as a process of its own: it tells its parent where it listens, and how much
// memory it has whenever it is asked. Callers are not authenticated.
import { compileOnImport } from '../../scripts/generate/compile-on-import.ts';

compileOnImport();
await import('reflect-metadata');
const { startServer } = await import('./api-server.ts');
const { url, grpcAddress } = await startServer();
process.on('message', () => {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ rss, heapUsed, cpuMicros: process.cpuUsage().user + process.cpuUsage().system });
});
process.send?.({ url, grpcAddress });
