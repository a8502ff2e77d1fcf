import { describe, expect, it } from 'vitest';
import { en } from '../i18n/en';
import { zh } from '../i18n/zh';
import { loginSentences, sentenceOf } from './failure';

const failed = (status: number, reason = '') => ({ status, reason, isOffline: status === 0 });
const reasons = ['away', 'denied', 'stale', 'token', 'name', 'role', 'often', 'address'];

describe('the words for what went wrong', () => {
  it('are there in both languages, whatever the status is', () => {
    for (const status of [0, 400, 401, 403, 404, 405, 409, 413, 418, 422, 429, 500, 502, 503, 504]) {
      const key = sentenceOf(failed(status));
      expect(en[key], `${status}`).toBeTruthy();
      expect(zh[key], `${status}`).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  it('say of each refused login why, and what to do', () => {
    for (const failure of [...reasons.map((it) => failed(403, it)), failed(0), failed(401), failed(429), failed(500)]) {
      for (const key of loginSentences(failure)) {
        expect(en[key], `${failure.status} ${failure.reason}`).toBeTruthy();
        expect(zh[key], `${failure.status} ${failure.reason}`).toMatch(/[\u4e00-\u9fff]/);
      }
    }
  });

  it('tell a wrong password from a token that is over', () => {
    expect(loginSentences(failed(401))[0]).toBe('login.wrong');
    expect(sentenceOf(failed(401))).toBe('failed.nobody');
  });

  it('do not break on a reason that this page does not know', () => {
    expect(loginSentences(failed(403, 'moon'))[0]).toBe('failed.role');
  });
});
