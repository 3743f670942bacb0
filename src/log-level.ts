import { readFileSync } from 'node:fs';
import type { Config } from './config/config.ts';
import { settings } from './config/settings.ts';
import { systemClock, type Clock } from './kubernetes/clock.ts';
import type { Logger } from './kubernetes/logger.ts';

type Level = Config['logLevel'];

/**
 * How often the file is looked at, in milliseconds. The kubelet brings a changed ConfigMap within about a minute, and swaps a
 * link to do so, which file watchers see or do not see depending on the volume.
 */
const lookEveryMs = 5_000;

/** The level of the log, which may change while the service runs. */
export interface LogLevel {
  level: string;
}

/**
 * Lets the log follow the level in the file that WFE_LOG_LEVEL_FILE names, from now on and until `signal` aborts. What is not
 * a level changes nothing and is told once; a file that is empty or not there stands for WFE_LOG_LEVEL.
 *
 * @param target whose level it is
 */
export function followLogLevel(
  { logLevel, logLevelFile }: Pick<Config, 'logLevel' | 'logLevelFile'>,
  target: LogLevel,
  log: Logger,
  signal: AbortSignal,
  clock: Clock = systemClock,
): void {
  if (logLevelFile === '') return;
  let seen = '';
  let stop = (): void => undefined;
  const look = (): void => {
    const text = contentOf(logLevelFile);
    if (text !== seen) take(text);
    seen = text;
    stop = clock.setTimer(lookEveryMs, look);
  };
  const take = (text: string): void => {
    const level: Level | undefined = text === '' ? logLevel : settings.logLevel.rule.parse(text);
    if (level === undefined) {
      const told = { file: logLevelFile, value: text.slice(0, 80), allowed: settings.logLevel.rule.allowed };
      log.warn(told, 'the log level in the file is none; the former one stays');
    } else if (level !== target.level) change(level);
  };
  /** Told while lines of this kind are written, before or after. */
  const change = (level: Level): void => {
    const from = target.level;
    log.info({ from, to: level }, 'log level');
    target.level = level;
    if (!shows(from)) log.info({ from, to: level }, 'log level');
  };
  look();
  signal.addEventListener('abort', () => stop(), { once: true });
}

function shows(level: string): boolean {
  return level === 'info' || level === 'debug' || level === 'trace';
}

/** Whitespace around the word is that of editors; without a file there is no word. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
