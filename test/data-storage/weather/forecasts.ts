import type { Forecast, Weather } from './weather.ts';

const fairWeather: Weather = { kind: 'fair' };

/** Nothing goes wrong. */
export const fair: Forecast = () => fairWeather;

/** The same for every request. */
export function always(weather: Weather): Forecast {
  return () => weather;
}

/** One after the other, from a list or a generator; fair weather when there is no more. */
export function inTurn(weathers: Iterable<Weather> | AsyncIterable<Weather>): Forecast {
  const coming = goThrough(weathers);
  return async () => (await coming.next()).value ?? fairWeather;
}

async function* goThrough(weathers: Iterable<Weather> | AsyncIterable<Weather>): AsyncGenerator<Weather, undefined> {
  yield* weathers;
}

/** Weather with how often it comes, in relation to the others. */
export type Odds = readonly (readonly [share: number, weather: Weather])[];

/**
 * Weather by chance.
 *
 * @param random from 0 to below 1; the same numbers give the same weather
 */
export function byChance(random: () => number, odds: Odds): Forecast {
  const total = odds.reduce((sum, [share]) => sum + share, 0);
  return () => {
    let left = random() * total;
    for (const [share, weather] of odds) {
      left -= share;
      if (left < 0) return weather;
    }
    return fairWeather;
  };
}
