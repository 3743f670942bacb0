import { Script } from 'node:vm';

/** In milliseconds. V8 forgets an allocation after 107 s. */
const everyMs = 60_000;

/**
 * Lets V8 return unused memory whenever the process is idle, until it exits. The V8 of Node.js 24 and 26 takes a process that does
 * not allocate C++ objects for a busy one and keeps what a burst of calls needed; compiling a script allocates such an object
 * (https://github.com/nodejs/node/issues/66564).
 */
export function returnIdleMemory(): void {
  const compile = () => void new Script('');
  compile();
  setInterval(compile, everyMs).unref();
}
