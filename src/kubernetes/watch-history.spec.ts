import { describe, expect, it } from '@jest/globals';
import { WatchHistory, type Positioned } from './watch-history.ts';

function aChange(id: string, position: number | string, deleted = false): Positioned<string> {
  return { id, object: `${id}@${position}`, deleted, position: String(position) };
}

/** A history that begins with a list at a resource version. */
function aHistory(resourceVersion: string, listed: readonly string[] = [], tombstones?: number): WatchHistory<string> {
  const history = new WatchHistory<string>(tombstones);
  for (const id of listed) history.addListed(id, id);
  history.begin(resourceVersion);
  return history;
}

function objectsOf(history: WatchHistory<string>): string[] {
  const objects: string[] = [];
  for (let entry = history.after(0); entry !== undefined; entry = history.after(entry.seq)) objects.push(entry.object);
  return objects;
}

describe('a watch history', () => {
  it('has the latest state of each object, in order', () => {
    const history = aHistory('10', ['b', 'a']);
    history.advance([aChange('c', 11)], '11');
    history.advance([aChange('a', 12)], '12');

    expect(objectsOf(history)).toEqual(['b', 'c@11', 'a@12']);
    expect(history.progress).toBe('12');
  });

  it('does not know positions within a gap', () => {
    const history = aHistory('10');
    history.advance([aChange('a', 15)], '15');
    history.resync([aChange('a', 20, true)], [aChange('missed', 12)], '20');

    expect(['9', '10', '15', '16', '19', '20', '21'].filter((position) => !history.isKnown(position))).toEqual([
      '9',
      '16',
      '19',
    ]);
    expect(history.after(history.seqAt('15'))).toMatchObject({
      object: 'a@20',
      deleted: true,
      before: '15',
      through: '15',
    });
  });

  it('merges old gaps when there are many', () => {
    const history = aHistory('0');
    for (let n = 1; n <= 100; n++) history.resync([], [], String(n * 10));

    expect([history.isKnown('0'), history.isKnown('10'), history.isKnown('5'), history.isKnown('1000')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('has no resume position between entries of the same resource version', () => {
    const history = aHistory('10');
    history.advance([aChange('a', 20, true), aChange('b', 20, true), aChange('c', 15)], '20');
    const throughs = [1, 2, 3].map((seq) => history.after(seq - 1)?.through);

    expect(throughs).toEqual(['15', '15', '20']);
    expect(history.seqAt('15')).toBe(1);
  });

  it('does not grow with changes of the same objects', () => {
    const history = aHistory('0');
    for (let version = 1; version <= 10_000; version++) {
      history.advance([aChange(`object-${version % 10}`, version)], String(version));
    }

    expect(objectsOf(history)).toHaveLength(10);
  });

  it('does not grow with created and deleted objects', () => {
    const history = aHistory('0', [], 100);
    for (let version = 1; version <= 10_000; version += 2) {
      history.advance([aChange(`object-${version}`, version)], String(version));
      history.advance([aChange(`object-${version}`, version + 1, true)], String(version + 1));
    }

    expect(objectsOf(history)).toHaveLength(100);
    expect(history.isKnown('9799') || !history.isKnown('9800')).toBe(false);
  });

  it('keeps the order of arrival for incomparable resource versions', () => {
    const history = aHistory('x');
    history.advance([aChange('b', 'k')], 'k');
    history.advance([aChange('a', 'c')], 'c');

    expect(objectsOf(history)).toEqual(['b@k', 'a@c']);
  });
});
