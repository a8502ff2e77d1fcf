import { useState, type FormEvent } from 'react';
import { Failure, api, body } from '../../api/client';
import { session } from '../../api/session';
import { useWords } from '../../i18n';
import { Button, Failed } from '../../parts';

/** A name and a password become a token. Nothing of either is kept by the page. */
export function LoginPage() {
  const { t } = useWords();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isBusy, setBusy] = useState(false);

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
        <label>
          {t('login.user')}
          <input className="field" name="user" autoComplete="username" required autoFocus />
        </label>
        <label>
          {t('login.password')}
          <input className="field" name="password" type="password" autoComplete="current-password" required />
        </label>
        <Button type="submit" tone="primary" disabled={isBusy}>{t('login.go')}</Button>
        {failure && <div style={{ margin: '-4px -16px' }}><Failed failure={failure} /></div>}
        <p className="soft">
          {t('login.link')} <code>heddle dashboard</code>
        </p>
      </form>
    </main>
  );
}
