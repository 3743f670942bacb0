/** A response of the service, before faults. */
export interface ApiResponse {
  readonly status: number;
  readonly contentType: 'application/json' | 'application/problem+json';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Violations by field. */
export type FieldErrors = Readonly<Record<string, string>>;

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};

/** Other members of an error. */
export interface ProblemDetails {
  readonly fieldErrors?: FieldErrors;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: a URN for the status. */
  readonly type?: string;
}

/** Sends a success. */
export function json(status: number, body: object): ApiResponse {
  return { status, contentType: 'application/json', body };
}

/** Sends an error (https://www.rfc-editor.org/rfc/rfc9457). Its `instance` is added when it is sent. */
export function problem(status: number, detail: string, details: ProblemDetails = {}): ApiResponse {
  const { fieldErrors, headers } = details;
  const title = titles[status] ?? 'Error';
  const type = details.type ?? `urn:kubernaut:data-storage:problem:${title.toLowerCase().replaceAll(' ', '-')}`;
  const named = fieldErrors && Object.keys(fieldErrors).length > 0 ? { field_errors: fieldErrors } : {};
  const body = { type, title, status, detail, ...named };
  return { status, contentType: 'application/problem+json', ...(headers && { headers }), body };
}
