import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { SharedStrings } from './shared-strings.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of the heap that are in use when garbage is collected. */
function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** So many objects as they come from the API server, each with a hundred letters that all have. */
const count = 20_000;
const objects = (strings?: SharedStrings) =>
  Array.from({ length: count }, (_, number) => {
    const object: unknown = JSON.parse(`{"name":"execution-${number}","workflow":{"image":"${'x'.repeat(100)}"}}`);
    return strings === undefined ? object : strings.share(object);
  });

describe('shared strings', () => {
  it('leave a value equal to what it was, at every depth', () => {
    const json = '{"a":"oomkill-increase-memory","b":[{"c":"oomkill-increase-memory","d":1,"e":null}],"f":"short"}';

    expect(new SharedStrings().share(JSON.parse(json))).toEqual(JSON.parse(json));
  });

  it.each(['text', 1, null, undefined, true])('leave %j alone', (value) => {
    expect(new SharedStrings().share(value)).toBe(value);
  });

  it('are in memory once, however many others come between', () => {
    const [before, kept] = [heapUsed(), [objects()]];
    const apart = heapUsed() - before;
    kept.push(objects(new SharedStrings(64)));
    const shared = heapUsed() - before - apart;

    expect(kept).toHaveLength(2);
    expect(apart - shared).toBeGreaterThan(count * 90);
  });
});
