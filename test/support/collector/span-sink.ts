import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { arrayOf, parseJson, recordOf, stringOf } from '../../../src/kubernetes/json.ts';

/** A span that the collector received. */
export interface ReceivedSpan {
  /** `service.name` of its resource. */
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root span. */
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Trace ids of its links. */
  readonly links: readonly string[];
}

/** Timeout for spans in milliseconds. */
const deadlineMs = 60_000;

/**
 * Receives the collector's OTLP over HTTP in JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
 */
export class SpanSink {
  readonly spans: ReceivedSpan[] = [];
  readonly #server: Server;
  readonly #looks = new Set<() => void>();

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async listen(): Promise<SpanSink> {
    const sink = new SpanSink();
    await new Promise<void>((resolve) => sink.#server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it listens on a port');
    return `http://127.0.0.1:${address.port}`;
  }

  until(what: string, holds: (spans: readonly ReceivedSpan[]) => boolean): Promise<readonly ReceivedSpan[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#looks.delete(look);
        reject(
          new Error(
            `timed out after ${deadlineMs} ms, waiting until ${what}: ${JSON.stringify(this.spans, undefined, 1)}`,
          ),
        );
      }, deadlineMs);
      const look = (): void => {
        if (!holds(this.spans)) return;
        clearTimeout(timer);
        this.#looks.delete(look);
        resolve(this.spans);
      };
      this.#looks.add(look);
      look();
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += String(part);
    this.spans.push(...spansIn(parseJson(body)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    for (const look of [...this.#looks]) look();
  }
}

function spansIn(message: unknown): ReceivedSpan[] {
  return arrayOf(recordOf(message)['resourceSpans']).flatMap((resourceSpans) => {
    const { resource, scopeSpans } = recordOf(resourceSpans);
    const service = attributesIn(resource)['service.name'] ?? '';
    return arrayOf(scopeSpans)
      .flatMap((scope) => arrayOf(recordOf(scope)['spans']))
      .map((span) => spanOf(service, span));
  });
}

function spanOf(service: string, raw: unknown): ReceivedSpan {
  const span = recordOf(raw);
  const text = (name: string): string => stringOf(span[name]) ?? '';
  return {
    service,
    name: text('name'),
    traceId: text('traceId'),
    spanId: text('spanId'),
    parentSpanId: text('parentSpanId'),
    attributes: attributesIn(raw),
    links: arrayOf(span['links']).map((link) => stringOf(recordOf(link)['traceId']) ?? ''),
  };
}

/** All values as strings, as those of this service are. */
function attributesIn(raw: unknown): Readonly<Record<string, string>> {
  const entries = arrayOf(recordOf(raw)['attributes']).map((attribute) => {
    const { key, value } = recordOf(attribute);
    return [stringOf(key) ?? '', Object.values(recordOf(value)).map(String).join()] as const;
  });
  return Object.fromEntries(entries);
}
