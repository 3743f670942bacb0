import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { printedBy } from './own-process.builders.ts';
import { SharedStrings } from './shared-strings.ts';

/** So many objects as they come from the API server, each with a hundred letters that all have. */
const count = 20_000;

describe('shared strings', () => {
  it('leave a value equal to what it was, at every depth', () => {
    const json = '{"a":"oomkill-increase-memory","b":[{"c":"oomkill-increase-memory","d":1,"e":null}],"f":"short"}';

    expect(new SharedStrings().share(JSON.parse(json))).toEqual(JSON.parse(json));
  });

  it.each(['text', 1, null, undefined, true])('leave %j alone', (value) => {
    expect(new SharedStrings().share(value)).toBe(value);
  });

  it('are in memory once, however many others come between', () => {
    const saved = printedBy(
      `
      import { SharedStrings } from ${JSON.stringify(join(import.meta.dirname, 'shared-strings.ts'))};
      const heapUsed = () => (gc(), process.memoryUsage().heapUsed);
      const objects = (share) => Array.from({ length: ${count} }, (_, number) =>
        share(JSON.parse('{"name":"execution-' + number + '","workflow":{"image":"${'x'.repeat(100)}"}}')));
      const kept = [objects((object) => object)];
      const before = heapUsed();
      kept.push(objects((object) => object));
      const apart = heapUsed() - before;
      const strings = new SharedStrings(64);
      kept.push(objects((object) => strings.share(object)));
      console.log(apart - (heapUsed() - before - apart), kept.length);
      `,
      ['--expose-gc'],
    );

    expect(saved).toMatch(/^\d+ 3\n$/);
    expect(parseInt(saved)).toBeGreaterThan(count * 90);
  });
});
