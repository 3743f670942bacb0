/** Where one of the two ports of the execution API is, and as whom it is called. */
export interface ServiceAddress {
  /** `host:port`; behind TLS. */
  readonly address: string;
  /** PEM of who signed its certificate. */
  readonly ca: string;
  readonly token: string;
}
