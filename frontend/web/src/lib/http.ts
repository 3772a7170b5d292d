// One call to the hub over HTTP; the browser adds the cookies that say who asks.
import type { CallError } from '@/contracts/generated';
import { texts } from '@/lib/texts';

/** A refusal by the hub, or no hub at all; the message is a sentence for people. */
export class ApiError extends Error {
  readonly code: CallError['code'] | 'no_answer';

  constructor(code: ApiError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws ApiError alone. */
export async function send<T>(method: string, path: string, body?: object): Promise<T> {
  let response: Response;
  try {
    response = await fetch(new URL(path, location.href), {
      method,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new ApiError('no_answer', texts.failure.noHub);
  }
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function refusal(response: Response): Promise<ApiError> {
  try {
    const problem = (await response.json()) as { code?: CallError['code']; detail?: string };
    return new ApiError(problem.code ?? 'internal', problem.detail ?? texts.failure.unknown);
  } catch {
    return new ApiError('internal', texts.failure.unknown);
  }
}
