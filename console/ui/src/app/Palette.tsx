import { Modal } from '@mantine/core';
import { useMemo, useState, type KeyboardEvent } from 'react';
import { useNavigate } from 'react-router';
import { api, useRead } from '../api/client';
import { useMay } from '../api/roles';
import { useWords } from '../i18n';
import { Icon, type IconName } from '../parts/Icon';
import { proxyName, shortHost } from '../parts/format';
import { PLACES } from './pages';
import { useScope } from './scope';

interface Choice {
  id: string;
  icon: IconName;
  name: string;
  kind: string;
  run(): void;
}

const MOST = 12;

/** Everything by its name: pages, services, proxies, resources and a few commands. */
export function Palette({ commands, close }: { commands: Choice[]; close(): void }) {
  const { t } = useWords();
  const { search } = useScope();
  const { somewhere } = useMay();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const overview = useRead(['overview'], (signal) => api.GET('/api/v1/overview', { signal }), { still: true }).data;

  const all = useMemo<Choice[]>(() => {
    const go = (path: string) => () => void navigate(path + search);
    return [
      ...PLACES.filter((place) => somewhere(place.role)).map((place) => ({
        id: place.path, icon: place.icon, name: t(place.name), kind: t('palette.page'), run: go(place.path),
      })),
      ...commands,
      ...(overview?.services ?? []).map((it) => ({
        id: `s ${it.host}`, icon: 'services' as const, name: shortHost(it.host), kind: t('palette.service'),
        run: go(`/services/${encodeURIComponent(it.host)}`),
      })),
      ...(overview?.proxies ?? []).map((it) => ({
        id: `p ${it.id}`, icon: 'proxies' as const, name: proxyName(it.id), kind: t('palette.proxy'),
        run: go(`/proxies/${encodeURIComponent(it.id)}`),
      })),
      ...(overview?.resources ?? []).map((it) => ({
        id: `r ${it.plural} ${it.namespace} ${it.name}`, icon: 'rules' as const,
        name: `${it.namespace ? `${it.namespace}/` : ''}${it.name}`, kind: it.kind,
        run: go(`/rules/${it.plural}/${it.namespace || '_'}/${encodeURIComponent(it.name)}`),
      })),
    ];
  }, [overview, commands, navigate, search, somewhere, t]);

  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = all
    .filter((it) => words.every((word) => `${it.name} ${it.kind}`.toLowerCase().includes(word)))
    .slice(0, MOST);
  const chosen = Math.min(at, shown.length - 1);

  function run(choice: Choice | undefined) {
    if (choice) {
      close();
      choice.run();
    }
  }

  function onKey(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((chosen + step + shown.length) % Math.max(1, shown.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(shown[chosen]);
    }
  }

  return (
    <Modal opened onClose={close} withCloseButton={false} padding={0} size={560} yOffset="12vh" lockScroll={false}
      aria-label={t('palette.title')} transitionProps={{ duration: 0 }}>
      <div className="palette">
        <input
          autoFocus
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={shown[chosen] ? `choice-${chosen}` : undefined}
          aria-label={t('palette.title')}
          placeholder={t('palette.hint')}
          value={text}
          onKeyDown={onKey}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
        />
        <ul id="palette-list" role="listbox" aria-label={t('palette.title')}>
          {shown.map((it, i) => (
            <li key={it.id} id={`choice-${i}`} role="option" aria-selected={i === chosen}
              onMouseMove={() => setAt(i)} onClick={() => run(it)}>
              <Icon name={it.icon} size={16} />
              <span className="break">{it.name}</span>
              <span className="soft">{it.kind}</span>
            </li>
          ))}
        </ul>
        {shown.length === 0 && <div className="empty">{t('none')}</div>}
      </div>
    </Modal>
  );
}

export type { Choice };
