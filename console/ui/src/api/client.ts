import { QueryClient, keepPreviousData, useQuery } from '@tanstack/react-query';
import createClient from 'openapi-fetch';
import { useLive } from '../app/live';
import type { components, paths } from './schema';
import { session } from './session';

export type Shape = components['schemas'];

/** What the API said instead of an answer. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly what: string,
    readonly where: string,
    readonly next: string,
    readonly findings: Shape['Finding'][] = [],
    /** A word that pages have a sentence for; empty for most. */
    readonly reason = '',
  ) {
    super(what);
  }

  /** Whether nobody answered at all. */
  get isOffline() {
    return this.status === 0;
  }
}

const PATIENCE_MILLIS = 15_000;

export const api = createClient<paths>({
  baseUrl: location.origin,
  // Asked for at each call, so that tests may put another in its place.
  fetch: (request) => globalThis.fetch(request),
});

api.use({
  onRequest({ request }) {
    const token = session.token();
    if (token) {
      request.headers.set('Authorization', `Bearer ${token}`);
    }
    request.headers.set('X-Heddle', 'console');
    return request;
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function failure(error: unknown, response: Response): Failure {
  const said = error as Partial<Shape['Error']> | undefined;
  return new Failure(
    response.status,
    said?.error?.what ?? `HTTP ${response.status}`,
    said?.error?.where ?? '',
    said?.error?.next ?? '',
    said?.findings ?? [],
    said?.reason,
  );
}

/** The body of a good answer; anything else is a Failure. */
export async function body<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (e) {
    throw new Failure(0, e instanceof Error ? e.message : String(e), '', '');
  }
  if (answer.response.status === 401 && session.token()) {
    session.end();
  }
  if (!answer.response.ok || answer.data === undefined) {
    throw failure(answer.error, answer.response);
  }
  return answer.data;
}

/** An answer that is asked for again while the page is live. */
export function useRead<T>(
  key: readonly unknown[],
  call: (signal: AbortSignal) => Promise<Answer<T>>,
  options: { enabled?: boolean; still?: boolean } = {},
) {
  const live = useLive();
  return useQuery<T, Failure>({
    queryKey: key,
    queryFn: ({ signal }) => body(call(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MILLIS)]))),
    refetchInterval: live.every && !options.still ? live.every : false,
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
  });
}

export function newQueryClient() {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, error) => error instanceof Failure && error.isOffline && count < 1,
        staleTime: 1_000,
        refetchOnWindowFocus: true,
      },
    },
  });
}
