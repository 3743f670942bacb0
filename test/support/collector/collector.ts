import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findCache, shortHash } from '../../cluster/cache.ts';
import { runCommand } from '../../cluster/command.ts';
import { ClusterError } from '../../cluster/errors.ts';
import { lock } from '../../cluster/lock.ts';
import { freePorts } from '../../cluster/ports.ts';
import { findGo } from '../../cluster/toolchain.ts';
import { SpanSink, type ReceivedSpan } from './span-sink.ts';

/** A real OpenTelemetry Collector whose received spans a test can read. */
export interface Collector {
  /** OTLP over HTTP. */
  readonly httpEndpoint: string;
  /** OTLP over gRPC. */
  readonly grpcEndpoint: string;
  /** All spans received so far. */
  readonly spans: readonly ReceivedSpan[];
  /** Waits until the spans satisfy a condition. `what` completes "timed out waiting until …". */
  until(what: string, holds: (spans: readonly ReceivedSpan[]) => boolean): Promise<readonly ReceivedSpan[]>;
  stop(): Promise<void>;
}

/**
 * Starts a collector, built first if needed (some minutes, once).
 *
 * @throws ClusterError without Go, or if it does not compile
 */
export async function startCollector(): Promise<Collector> {
  const binary = await builtCollector();
  const { grpc, http } = await freePorts(['grpc', 'http']);
  const [grpcAddress, httpAddress] = [`127.0.0.1:${grpc}`, `127.0.0.1:${http}`];
  const sink = await SpanSink.listen();
  const config = JSON.stringify(configuration(grpcAddress, httpAddress, sink.url));
  const child = spawn(binary, ['--config', `yaml:${config}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const ready = new Promise<'ready'>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      if (line.includes('Everything is ready')) resolve('ready');
    });
  });
  if ((await Promise.race([ready, exited])) !== 'ready')
    throw new ClusterError(`The collector ended:\n${lines.join('\n')}`);
  return {
    httpEndpoint: `http://${httpAddress}`,
    grpcEndpoint: `http://${grpcAddress}`,
    spans: sink.spans,
    until: (what, holds) => sink.until(what, holds),
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await sink.close();
    },
  };
}

/** Receives OTLP and immediately forwards each request as JSON. */
function configuration(grpc: string, http: string, sink: string): object {
  const protocols = { grpc: { endpoint: grpc }, http: { endpoint: http } };
  const out = { endpoint: sink, encoding: 'json', compression: 'none', sending_queue: { enabled: false } };
  return {
    receivers: { otlp: { protocols } },
    exporters: { otlp_http: out },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['otlp_http'] } },
    },
  };
}

const source = import.meta.dirname;

/** The binary of this checkout's main.go and go.mod, shared by all checkouts. */
async function builtCollector(): Promise<string> {
  const cache = findCache();
  const key = shortHash(...['main.go', 'go.mod', 'go.sum'].map((file) => readFileSync(join(source, file))));
  const directory = join(cache.root, 'otel-collector');
  const binary = join(directory, key);
  if (existsSync(binary)) return binary;
  const held = await lock(cache, 'otel-collector');
  try {
    if (!existsSync(binary)) await build(directory, binary);
    return binary;
  } finally {
    await held.release();
  }
}

/** It appears under its name only when complete. */
async function build(directory: string, binary: string): Promise<void> {
  const go = await findGo();
  mkdirSync(directory, { recursive: true });
  const unfinished = `${binary}.${process.pid}`;
  const { code, stderr } = await runCommand(go.command, ['build', '-ldflags=-s -w', '-o', unfinished, '.'], {
    cwd: source,
  });
  if (code !== 0) throw new ClusterError(`The collector does not compile:\n${stderr}`);
  renameSync(unfinished, binary);
}
