import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, body, useRead, type Failure, type Shape } from '../../api/client';
import { useAccount } from '../../api/roles';
import { useWords } from '../../i18n';
import { Ago, Button, Empty, Failed, Page, Panel, Read, Tag } from '../../parts';
import { Table } from '../../parts/Table';

function useAct<W>(act: (wish: W) => Promise<unknown>, done?: () => void) {
  const client = useQueryClient();
  return useMutation<unknown, Failure, W>({
    mutationFn: act,
    onSuccess: async () => {
      await client.invalidateQueries();
      done?.();
    },
  });
}

export default function AccountsPage() {
  const { t } = useWords();
  const own = useAccount().data?.name;
  const users = useRead(['users'], (signal) => api.GET('/api/v1/users', { signal }));
  const tokens = useRead(['tokens'], (signal) => api.GET('/api/v1/tokens', { signal }));
  const remove = useAct((user: string) => body(api.DELETE('/api/v1/users/{user}', { params: { path: { user } } })));
  const revoke = useAct((id: string) => body(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } })));
  const failure = remove.error ?? revoke.error;

  return (
    <Page title={t('nav.accounts')} about={t('accounts.about')}>
      {failure && <Failed failure={failure} />}
      <Panel title={t('accounts.all')} flush>
        <Read of={users}>
          {(data) => (
            <Table label={t('accounts.all')}
              columns={[
                { id: 'name', title: t('login.user'), order: (it) => it.name, cell: (it) => <><strong className="break">{it.name}</strong> {it.name === own && <Tag tone="info">{t('accounts.own')}</Tag>}</> },
                { id: 'roles', title: t('accounts.roles'), cell: (it) => <div className="tags">{it.roles.map((role) => <Tag key={role}>{role}</Tag>)}</div> },
                { id: 'password', title: t('login.password'), cell: (it) => t(it.provider ? 'accounts.provider' : it.password ? 'yes' : 'no') },
                { id: 'act', title: '', right: true, cell: (it) => it.name !== own && <Sure ask={t('accounts.remove')} onSure={() => remove.mutate(it.name)} /> },
              ]}
              rows={data.users} rowKey={(it) => it.name} empty={<Empty icon="accounts" title={t('accounts.none')}>{t('accounts.noneNext')}</Empty>} />
          )}
        </Read>
      </Panel>
      <div className="grid">
        <Panel title={t('accounts.put')}><NewAccount /></Panel>
        <Panel title={t('accounts.newToken')}><NewToken /></Panel>
      </div>
      <Panel title={t('accounts.tokens')} flush>
        <Read of={tokens}>
          {(data) => (
            <Table label={t('accounts.tokens')} param="tokens"
              columns={[
                { id: 'user', title: t('login.user'), order: (it) => it.user, cell: (it) => <strong className="break">{it.user}</strong> },
                { id: 'label', title: t('accounts.label'), order: (it) => it.label, cell: (it) => <span className="break">{it.label || '–'}</span> },
                { id: 'made', title: t('accounts.made'), order: (it) => it.made, cell: (it) => <Ago time={it.made} /> },
                { id: 'expires', title: t('certificates.ends'), order: (it) => it.expires, cell: (it) => <Ago time={it.expires} /> },
                { id: 'act', title: '', right: true, cell: (it) => <Sure ask={t('accounts.revoke')} onSure={() => revoke.mutate(it.id)} /> },
              ]}
              rows={data.tokens} rowKey={(it) => it.id} empty={<Empty icon="accounts" title={t('none')} />} />
          )}
        </Read>
      </Panel>
    </Page>
  );
}

/** A button that asks once more before it acts. */
function Sure({ ask, onSure }: { ask: string; onSure(): void }) {
  const { t } = useWords();
  const [isAsking, setAsking] = useState(false);
  return isAsking ? (
    <span className="row" style={{ justifyContent: 'flex-end' }}>
      <Button tone="danger" onClick={onSure}>{t('sure')}</Button>
      <Button onClick={() => setAsking(false)}>{t('cancel')}</Button>
    </span>
  ) : (
    <Button onClick={() => setAsking(true)}>{ask}</Button>
  );
}

function NewAccount() {
  const { t } = useWords();
  const put = useAct(({ user, wish }: { user: string; wish: Shape['AccountWish'] }) =>
    body(api.PUT('/api/v1/users/{user}', { params: { path: { user } }, body: wish })));
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const said = new FormData(form);
    const roles = String(said.get('roles')).split(/[\s,]+/).filter(Boolean);
    const password = String(said.get('password'));
    put.mutate({ user: String(said.get('user')).trim(), wish: { roles, ...(password && { password }) } }, { onSuccess: () => form.reset() });
  }
  return (
    <form className="form" onSubmit={submit}>
      <label>{t('login.user')}<input className="field" name="user" required autoComplete="off" /></label>
      <label>{t('accounts.roles')}<input className="field" name="roles" required placeholder="viewer operator:shop" /></label>
      <label>{t('accounts.password')}<input className="field" name="password" type="password" autoComplete="new-password" minLength={12} /></label>
      <Button type="submit" tone="primary" disabled={put.isPending}>{t('accounts.save')}</Button>
      {put.error && <Failed failure={put.error} />}
    </form>
  );
}

const DAY_SECONDS = 86_400;

function NewToken() {
  const { t } = useWords();
  const [token, setToken] = useState('');
  const make = useAct(async (wish: Shape['TokenWish']) => setToken((await body(api.POST('/api/v1/tokens', { body: wish }))).token));
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const said = new FormData(event.currentTarget);
    make.mutate({ user: String(said.get('user')).trim(), label: String(said.get('label')), seconds: Number(said.get('days')) * DAY_SECONDS });
  }
  return (
    <form className="form" onSubmit={submit}>
      <label>{t('accounts.tokenUser')}<input className="field" name="user" autoComplete="off" /></label>
      <label>{t('accounts.label')}<input className="field" name="label" /></label>
      <label>{t('accounts.days')}<input className="field" name="days" type="number" min={1} max={365} defaultValue={30} required /></label>
      <Button type="submit" tone="primary" disabled={make.isPending}>{t('accounts.newToken')}</Button>
      {make.error && <Failed failure={make.error} />}
      {token && <div role="status"><p className="soft">{t('accounts.once')}</p><code className="break">{token}</code></div>}
    </form>
  );
}
