/** What happens to one request. */
export type Weather =
  | { readonly kind: 'fair' }
  /** Its connection is reset, and for a while, or until told otherwise, nobody can connect. */
  | { readonly kind: 'refused'; readonly forMs?: number }
  /** 429. */
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number }
  /** 500, and nothing is taken. */
  | { readonly kind: 'broken' }
  /** 202, and the events are stored after a while, or when told. A query is answered as ever. */
  | { readonly kind: 'queued'; readonly landingMs?: number }
  /** The connection is reset, without or with the events stored. */
  | { readonly kind: 'resetBeforeTaking' | 'resetAfterTaking' }
  /** There is no answer for as long as the client waits. */
  | { readonly kind: 'hangBeforeTaking' | 'hangAfterTaking' }
  /** All is done and answered, and the connection ends in the middle of the body. */
  | { readonly kind: 'halfAnswer' };

/** The kinds of weather. */
export type WeatherKind = Weather['kind'];

/** A request, as far as it is known when its weather is decided. */
export interface WeatherRequest {
  /** How many requests came before it. */
  readonly number: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
}

/** Decides what happens to a request. */
export type Forecast = (request: WeatherRequest) => Weather | Promise<Weather>;
