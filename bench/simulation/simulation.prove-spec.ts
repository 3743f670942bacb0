import { describe, expect, it } from '@jest/globals';
import { Simulation, Station, type Process } from './simulation.ts';

describe('a simulation', () => {
  it('lets things happen in the order of their times, and those of one time in the order they were planned in', () => {
    const simulation = new Simulation();
    const told: string[] = [];
    for (const [name, ms] of [
      ['late', 30],
      ['first', 10],
      ['second', 10],
      ['early', 5],
    ] as const) {
      simulation.begin(saysAfter(simulation, ms, () => told.push(`${name} at ${simulation.now}`)));
    }
    simulation.run();
    expect(told).toEqual(['early at 5', 'first at 10', 'second at 10', 'late at 30']);
  });

  it('has those wait that come to a station where all servers are taken, the first first', () => {
    const simulation = new Simulation();
    const station = new Station(simulation, 2);
    const told: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      simulation.begin(uses(station, 10, () => told.push(`${name} at ${simulation.now}`)));
    }
    simulation.run();
    expect(told).toEqual(['a at 10', 'b at 10', 'c at 20', 'd at 20', 'e at 30']);
    expect(station.busyMs).toBe(50);
  });

  it('gives a server first to those who go before others, and interrupts nobody', () => {
    const simulation = new Simulation();
    const station = new Station(simulation, 1);
    const told: string[] = [];
    for (const [name, goesBefore] of [
      ['a', false],
      ['b', false],
      ['first', true],
      ['second', true],
      ['c', false],
    ] as const) {
      simulation.begin(uses(station, 10, () => told.push(`${name} at ${simulation.now}`), goesBefore));
    }
    simulation.run();
    expect(told).toEqual(['a at 10', 'first at 20', 'second at 30', 'b at 40', 'c at 50']);
    expect(station.busyMs).toBe(50);
  });

  it.each([
    ['nothing', [], 0],
    ['one', [10], 10],
    ['the longest of several', [10, 30, 20], 30],
    ['what takes no time', [0, 0], 0],
  ])('goes on after %s of what is done at the same time', (_, durations, endsAt) => {
    const simulation = new Simulation();
    const told: string[] = [];
    const processes = durations.map((ms) => saysAfter(simulation, ms, () => told.push(`${ms}`)));
    simulation.begin(waitsForAll(simulation, processes, () => told.push(`all at ${simulation.now}`)));
    simulation.run();
    expect(told).toHaveLength(durations.length + 1);
    expect(told.at(-1)).toBe(`all at ${endsAt}`);
  });
});

function* saysAfter(simulation: Simulation, ms: number, say: () => void): Process {
  yield simulation.delay(ms);
  say();
}

function* waitsForAll(simulation: Simulation, processes: readonly Process[], say: () => void): Process {
  yield simulation.all(processes);
  say();
}

function* uses(station: Station, ms: number, say: () => void, goesBefore = false): Process {
  yield* station.use(ms, goesBefore);
  say();
}
