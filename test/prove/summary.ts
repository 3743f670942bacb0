import type { Proof } from './proofs.ts';
import type { ProofResult } from './run-proof.ts';

/** The results as a table for a terminal. */
export function tableOf(results: readonly ProofResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length), 'proof'.length);
  const row = (name: string, result: string, seconds: string): string =>
    `${name.padEnd(width)}  ${result.padEnd(7)}  ${seconds.padStart(7)}`;
  return [
    row('proof', 'result', 'seconds'),
    ...results.map(({ name, result, seconds }) => row(name, result, String(seconds))),
  ].join('\n');
}

/** The results as one line of JSON. */
export function jsonOf(results: readonly ProofResult[], seconds: number): string {
  const count = (wanted: ProofResult['result']): number => results.filter(({ result }) => result === wanted).length;
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
  return JSON.stringify({ passed, failed, skipped, seconds, proofs: results });
}

/** All proofs with duration, claim and requirements, a line each. */
export function listOf(proofs: readonly Proof[]): string {
  const width = Math.max(...proofs.map(({ name }) => name.length));
  return proofs
    .map(({ name, seconds, needs, proves, onlyByName }) => {
      const more = [
        ...(needs === undefined ? [] : [` Needs ${needs}.`]),
        ...(onlyByName ? [' Runs only by name.'] : []),
      ];
      return `${name.padEnd(width)}  ${(seconds === undefined ? '' : `${seconds} s`).padStart(5)}  ${proves}${more.join('')}`;
    })
    .join('\n');
}
