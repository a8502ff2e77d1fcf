import { useEffect, useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { api, body, useRead, type Failure } from '../../api/client';
import { session } from '../../api/session';
import { useWords } from '../../i18n';
import { Button } from '../../parts';
import { loginSentences } from '../../parts/failure';
import { beginLogin, endLogin, isReturning } from './provider';

/** A name and a password become a token, or what a provider says. Nothing of either is kept by the page. */
export function LoginPage() {
  const { t } = useWords();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isBusy, setBusy] = useState(isReturning);
  const navigate = useNavigate();
  const provider = useRead(['login'], (signal) => api.GET('/api/v1/login', { signal }), { still: true }).data?.provider;

  useEffect(() => {
    if (!isReturning()) return;
    endLogin()
      .then((to) => to && navigate(to, { replace: true }), setFailure)
      .finally(() => setBusy(false));
  }, [navigate]);

  async function goToProvider() {
    setBusy(true);
    setFailure(null);
    try {
      await beginLogin();
    } catch (e) {
      setFailure(e as Failure);
      setBusy(false);
    }
  }

  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const said = new FormData(form);
    const login = { user: String(said.get('user')), password: String(said.get('password')) };
    setBusy(true);
    try {
      session.begin((await body(api.POST('/api/v1/login', { body: login }))).token);
    } catch (e) {
      setFailure(e as Failure);
      form.reset();
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className="login">
      <form onSubmit={(event) => void signIn(event)}>
        <div className="row">
          <img src="/favicon.svg" alt="" width={34} height={34} />
          <h1>{t('login.title')}</h1>
        </div>
        {provider && (
          <>
            <Button tone="primary" disabled={isBusy} onClick={() => void goToProvider()}>{t('login.provider', { provider })}</Button>
            <p className="soft or">{t('login.or')}</p>
          </>
        )}
        <label>
          {t('login.user')}
          <input className="field" name="user" autoComplete="username" required autoFocus={!provider} />
        </label>
        <label>
          {t('login.password')}
          <input className="field" name="password" type="password" autoComplete="current-password" required />
        </label>
        <Button type="submit" {...(!provider && { tone: 'primary' })} disabled={isBusy}>{t('login.go')}</Button>
        {failure && <Refused failure={failure} />}
        <p className="soft">
          {t('login.link')} <code className="nowrap">heddle dashboard</code>
        </p>
      </form>
    </main>
  );
}

/** Why nobody is signed in. What the control plane says in English is for its log: nothing of it was written here. */
function Refused({ failure }: { failure: Failure }) {
  const { t } = useWords();
  const [why, next] = loginSentences(failure);
  return (
    <div className="failure" role="alert">
      <strong>{t(why)}</strong>
      <div>{t(next)}</div>
    </div>
  );
}
