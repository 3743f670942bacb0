import { parseDurationMs } from '../workflow-execution/duration.ts';
import {
  parseBundlePattern,
  parseServiceAccountPattern,
  type BundlePattern,
  type ServiceAccountPattern,
} from '../workflow-execution/policy.ts';

/** How the text of a setting is read. */
export interface Rule<T> {
  /** What is allowed, as the end of the sentence "X must be …". */
  readonly allowed: string;
  /** The value, or undefined when the text breaks the rule. */
  parse(text: string): T | undefined;
}

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const loopbackHosts = /^(127(\.\d{1,3}){3}|localhost|::1)$/;
const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** `host:port`, an IPv6 host in brackets. */
export const address: Rule<Address> = {
  allowed: 'host:port with a port from 1 to 65535 (127.0.0.1:8080, [::1]:8080)',
  parse(text) {
    const { bracketed, plain, port } =
      /^(?:\[(?<bracketed>[0-9a-fA-F:]+)\]|(?<plain>[^:[\]\s]+)):(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
    const host = bracketed ?? plain;
    return host === undefined || Number(port) < 1 || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
  },
};

/** Whether only this machine can reach an address. */
export function isLoopback({ host }: Address): boolean {
  return loopbackHosts.test(host);
}

/** A Go duration within bounds that are given as Go durations too; the value is in milliseconds. */
export function duration(shortest: string, longest: string): Rule<number> {
  const [min, max] = [parseDurationMs(shortest) ?? NaN, parseDurationMs(longest) ?? NaN];
  return {
    allowed: `a duration from ${shortest} to ${longest} (90s, 5m, 1h30m)`,
    parse(text) {
      const parsed = parseDurationMs(text);
      return parsed !== undefined && parsed >= min && parsed <= max ? parsed : undefined;
    },
  };
}

/** A duration of whole seconds within bounds, in milliseconds. */
export function wholeSeconds(shortest: string, longest: string): Rule<number> {
  const any = duration(shortest, longest);
  return {
    allowed: `${any.allowed.replace(' (', ' in whole seconds (')}`,
    parse(text) {
      const parsed = any.parse(text);
      return parsed !== undefined && parsed % 1000 === 0 ? parsed : undefined;
    },
  };
}

/** A whole number within bounds. */
export function integer(min: number, max: number): Rule<number> {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    parse(text) {
      const parsed = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
      return parsed >= min && parsed <= max ? parsed : undefined;
    },
  };
}

/** One word of a list. */
export function oneOf<const T extends string>(...words: readonly T[]): Rule<T> {
  return { allowed: `one of ${words.join(', ')}`, parse: (text) => words.find((word) => word === text) };
}

/** Some of a list of words, at least one, separated by commas; the order does not matter. */
export function someOf<const T extends string>(...words: readonly T[]): Rule<readonly T[]> {
  return {
    allowed: `one or more of ${words.join(', ')}, separated by commas`,
    parse(text) {
      const given = text.split(',').map((item) => words.find((word) => word === item.trim()));
      const known = given.filter((word) => word !== undefined);
      return known.length === given.length ? [...new Set(known)] : undefined;
    },
  };
}

/** `true` or `false`. */
export const boolean: Rule<boolean> = {
  allowed: 'true or false',
  parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

/** Name of a namespace. */
export const namespace: Rule<string> = {
  allowed: 'the name of a namespace',
  parse: (text) => (dnsLabel.test(text) ? text : undefined),
};

/** Names of namespaces, separated by commas; an empty text means all namespaces. */
export const namespaces: Rule<readonly string[]> = {
  allowed: 'names of namespaces separated by commas, or empty for all',
  parse(text) {
    const names = text === '' ? [] : text.split(',').map((name) => name.trim());
    return names.every((name) => dnsLabel.test(name)) ? [...new Set(names)] : undefined;
  },
};

/** Words separated by commas, at least one. */
export const words: Rule<readonly string[]> = {
  allowed: 'words separated by commas',
  parse(text) {
    const all = text.split(',').map((word) => word.trim());
    return all.every((word) => /^[^\s,]+$/.test(word)) ? [...new Set(all)] : undefined;
  },
};

/** Path of a file; empty for none. */
export const file: Rule<string> = {
  allowed: 'the path of a file, or empty for none',
  parse: (text) => (text.includes('\0') ? undefined : text),
};

/** An http or https URL without credentials, query and fragment; empty for none. */
export const url: Rule<string> = {
  allowed: 'an http or https URL without credentials, query and fragment, or empty for none',
  parse(text) {
    if (text === '') return text;
    const parsed = URL.parse(text);
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined;
    const { username, password, search, hash } = parsed;
    return [username, password, search, hash].every((part) => part === '') ? text : undefined;
  },
};

/** Repositories that bundles may come from. */
export const bundlePatterns: Rule<readonly BundlePattern[]> = {
  allowed:
    'repositories with their registry, separated by commas (`quay.io/kubernaut/*`, or `ghcr.io/acme/**` for all below), ' +
    'or `**` for any',
  parse: (text) => listOf(text, parseBundlePattern),
};

/** ServiceAccounts that executions may run as. */
export const serviceAccountPatterns: Rule<readonly ServiceAccountPattern[]> = {
  allowed: 'pairs `namespace:name` separated by commas, with one `*` at most in each part (`*:workflow-execution-sa`)',
  parse: (text) => listOf(text, parseServiceAccountPattern),
};

/** Never an empty list: that nothing at all may run is more likely a slip than a wish. */
function listOf<T>(text: string, parse: (item: string) => T | undefined): readonly T[] | undefined {
  const items = text.split(',').map((item) => parse(item.trim()));
  const understood = items.filter((item) => item !== undefined);
  return understood.length === items.length ? understood : undefined;
}
