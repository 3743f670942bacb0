/** One event of a stream of Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface ServerSentEvent {
  readonly event: string;
  /** Where a client goes on when it comes back; without line breaks. */
  readonly id?: string;
  readonly data: string;
}

/** An event as it goes over the wire. A line break in the data begins another line of data, which clients put together again. */
export function toEventText({ event, id, data }: ServerSentEvent): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`;
}

/** How long a client waits before it comes back by itself, in milliseconds. */
export function toRetryText(ms: number): string {
  return `retry: ${ms}\n\n`;
}
