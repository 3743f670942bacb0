import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Cache } from '../cluster/cache.ts';
import { runCommand } from '../cluster/command.ts';
import type { Progress } from '../cluster/progress.ts';
import { ensureGoProgram } from '../support/go-program.ts';
import type { AlertCase } from './case.ts';
import { alerts, rules } from './rules.ts';

/**
 * The path of promtool (https://prometheus.io/docs/prometheus/latest/command-line/promtool/). It has its own Go module,
 * because its dependencies conflict with those of Kubernetes and Tekton.
 *
 * @throws ClusterError if it cannot be built
 */
export function ensurePromtool(cache: Cache, progress: Progress, signal?: AbortSignal): Promise<string> {
  return ensureGoProgram(promtool, cache, progress, signal);
}

const promtool = {
  name: 'promtool',
  module: join(import.meta.dirname, 'go'),
  package: 'github.com/prometheus/prometheus/cmd/promtool',
  // Without service discovery clients, which rules do not need and which take half of the build.
  flags: ['-tags', 'remove_all_sd'],
  purpose: 'The alerts are tested with',
  duration: '3 minutes',
  spaceNeeded: 2,
} as const;

/** Lints the rules; returns promtool's complaints, or an empty string. */
export function checkRules(promtool: string): Promise<string> {
  return withRulesFile((file) => run(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', file]));
}

/** Runs a case; returns how Prometheus differs from it, or an empty string. */
export function testAlert(promtool: string, alertCase: AlertCase): Promise<string> {
  return withRulesFile(async (_, directory) => {
    const test = join(directory, 'test.yaml');
    await writeFile(test, stringify(testOf(alertCase)));
    return run(promtool, ['test', 'rules', test]);
  });
}

/** A case in promtool's format. Constant texts are taken from the rules. */
function testOf({ alert: name, given, at, fires }: AlertCase): object {
  const alert = alerts.find((one) => one.name === name);
  if (alert === undefined) throw new Error(`there is no alert ${name}`);
  const { severity, summary, runbook } = alert;
  const expected = fires.map(({ labels, description }) => ({
    exp_labels: { severity, ...labels },
    exp_annotations: { summary, description, runbook_url: runbook },
  }));
  return {
    rule_files: ['rules.yaml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(given).map(([series, values]) => ({ series, values })),
        alert_rule_test: [{ eval_time: `${at}m`, alertname: name, exp_alerts: expected }],
      },
    ],
  };
}

async function run(promtool: string, arguments_: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(promtool, arguments_);
  return code === 0 ? '' : `${stdout}${stderr}`;
}

/** Provides the rules as a Prometheus rule file. */
async function withRulesFile<T>(work: (rulesFile: string, directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-rules-'));
  try {
    const file = join(directory, 'rules.yaml');
    await writeFile(file, stringify(rules));
    return await work(file, directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
