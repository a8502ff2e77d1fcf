import type { Failure } from '../api/client';
import type { Key } from '../i18n';

type Refusal = Pick<Failure, 'status' | 'reason' | 'isOffline'>;

/** Statuses with which the control plane speaks about what somebody wrote: its words name the field and the value. */
export const ABOUT_TEXT: ReadonlySet<number> = new Set([400, 409, 413, 415, 422]);

const SENTENCES: Record<number, Key> = {
  400: 'failed.wrong', 401: 'failed.nobody', 403: 'failed.role', 404: 'failed.gone', 409: 'failed.conflict', 413: 'failed.long',
  415: 'failed.wrong', 422: 'failed.wrong', 429: 'failed.often', 502: 'failed.other', 503: 'failed.missing', 504: 'failed.other',
};

/** What went wrong, as a sentence. */
export function sentenceOf(failure: Refusal): Key {
  if (failure.isOffline) return 'offline.short';
  return SENTENCES[failure.status] ?? (failure.status >= 500 ? 'failed.own' : 'failed.wrong');
}

const WHY: Record<string, Key> = {
  away: 'login.why.away', denied: 'login.why.denied', stale: 'login.why.stale', token: 'login.why.token', name: 'login.why.name',
  role: 'login.why.role', often: 'login.why.often', address: 'login.why.address',
};

/** Why somebody is not signed in, as a sentence, and what he can do. */
export function loginSentences(failure: Refusal): [Key, Key] {
  const why = WHY[failure.reason];
  if (why) return [why, `${why}.next` as Key];
  if (failure.isOffline) return ['offline.short', 'login.again.next'];
  if (failure.status === 401) return ['login.wrong', 'login.wrong.next'];
  if (failure.status === 429) return ['login.often', 'login.often.next'];
  return [sentenceOf(failure), 'login.again.next'];
}
