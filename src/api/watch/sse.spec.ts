import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toEventText } from './sse.ts';

/** Reads one event as the specification has it. */
function read(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of text.split('\n').slice(0, -2)) {
    const [, name = '', value = ''] = /^([^:]*): (.*)$/s.exec(line) ?? [];
    fields[name] = name in fields ? `${fields[name]}\n${value}` : value;
  }
  return fields;
}

describe('a Server-Sent Event', () => {
  it('has its type, its position and its data', () => {
    expect(toEventText({ event: 'updated', id: '17', data: '{"a":1}' })).toBe(
      'event: updated\nid: 17\ndata: {"a":1}\n\n',
    );
  });

  it('carries any text, with each kind of line break taken for one', () => {
    const parts = fc.constantFrom('a', ': ', 'data', ' ', '\n', '\r', '\r\n', 'event: x');
    fc.assert(
      fc.property(fc.array(parts), (text) => {
        const data = text.join('');

        expect(read(toEventText({ event: 'updated', data }))['data']).toBe(data.replaceAll(/\r\n|\r/g, '\n'));
      }),
    );
  });
});
