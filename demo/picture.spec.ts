import { describe, expect, it } from '@jest/globals';
import { picture, shownLines } from './picture.ts';

const output = `Cluster is ready
alice submits an execution
  0.1 s  a  Completed  <ok> & done
${'x'.repeat(200)}
What data storage has recorded (a fake)`;

describe('the picture of the demo', () => {
  it('shows its executions, with long lines cut', () => {
    const lines = shownLines(output);

    expect(lines.slice(0, 2)).toEqual(['alice submits an execution', '  0.1 s  a  Completed  <ok> & done']);
    expect(lines[2]).toHaveLength(132);
    expect(lines[2]).toMatch(/x…$/);
  });

  it('escapes text and colors phases', () => {
    const svg = picture(shownLines(output));

    expect(svg).toContain('fill="#3fb950">  0.1 s  a  Completed  &lt;ok&gt; &amp; done</text>');
  });

  it('is not made of other output', () => {
    expect(() => shownLines('Error: no cluster')).toThrow('not the output of the demo');
  });
});
