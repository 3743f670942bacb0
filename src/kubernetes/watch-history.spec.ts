import { describe, expect, it } from '@jest/globals';
import { WatchHistory, type Positioned } from './watch-history.ts';

function aChange(id: string, position: number | string, gone = false): Positioned<string> {
  return { id, object: `${id}@${position}`, gone, position: String(position) };
}

function objectsOf(log: WatchHistory<string>): string[] {
  const objects: string[] = [];
  for (let entry = log.after(0); entry !== undefined; entry = log.after(entry.seq)) objects.push(entry.object);
  return objects;
}

describe('a watch history', () => {
  it('has the latest state of each object, in order', () => {
    const log = new WatchHistory<string>('10', [aChange('b', 7), aChange('a', 5)]);
    log.advance([aChange('c', 11)], '11');
    log.advance([aChange('a', 12)], '12');

    expect(objectsOf(log)).toEqual(['b@7', 'c@11', 'a@12']);
    expect(log.progress).toBe('12');
  });

  it('does not know positions within a gap', () => {
    const log = new WatchHistory<string>('10');
    log.advance([aChange('a', 15)], '15');
    log.resync([aChange('a', 20, true)], [aChange('missed', 12)], '20');

    expect(['9', '10', '15', '16', '19', '20', '21'].filter((position) => !log.isKnown(position))).toEqual([
      '9',
      '16',
      '19',
    ]);
    expect(log.after(log.seqAt('15'))).toMatchObject({ object: 'a@20', gone: true, before: '15', through: '15' });
  });

  it('merges old gaps when there are many', () => {
    const log = new WatchHistory<string>('0');
    for (let leap = 1; leap <= 100; leap++) log.resync([], [], String(leap * 10));

    expect([log.isKnown('0'), log.isKnown('10'), log.isKnown('5'), log.isKnown('1000')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('has no resume position between entries of the same resource version', () => {
    const log = new WatchHistory<string>('10');
    log.advance([aChange('a', 20, true), aChange('b', 20, true), aChange('c', 15)], '20');
    const throughs = [1, 2, 3].map((seq) => log.after(seq - 1)?.through);

    expect(throughs).toEqual(['15', '15', '20']);
    expect(log.seqAt('15')).toBe(1);
  });

  it('does not grow with changes of the same objects', () => {
    const log = new WatchHistory<string>('0');
    for (let version = 1; version <= 10_000; version++) {
      log.advance([aChange(`object-${version % 10}`, version)], String(version));
    }

    expect(log.size).toBeLessThan(100);
    expect(objectsOf(log)).toHaveLength(10);
  });

  it('does not grow with created and deleted objects', () => {
    const log = new WatchHistory<string>('0', [], 100);
    for (let version = 1; version <= 10_000; version += 2) {
      log.advance([aChange(`object-${version}`, version)], String(version));
      log.advance([aChange(`object-${version}`, version + 1, true)], String(version + 1));
    }

    expect(log.size).toBeLessThan(400);
    expect(log.isKnown('9799') || !log.isKnown('9800')).toBe(false);
  });

  it('keeps the order of arrival for incomparable resource versions', () => {
    const log = new WatchHistory<string>('x');
    log.advance([aChange('b', 'k')], 'k');
    log.advance([aChange('a', 'c')], 'c');

    expect(objectsOf(log)).toEqual(['b@k', 'a@c']);
  });
});
