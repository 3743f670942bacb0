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
});

function* saysAfter(simulation: Simulation, ms: number, say: () => void): Process {
  yield simulation.delay(ms);
  say();
}

function* uses(station: Station, ms: number, say: () => void): Process {
  yield* station.use(ms);
  say();
}
