import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useIsFetching } from '@tanstack/react-query';
import { Suspense, useEffect, useMemo, useState } from 'react';
import { NavLink, Outlet, useLocation, useNavigate } from 'react-router';
import { api, useRead } from '../api/client';
import { useAccount, useMay } from '../api/roles';
import { leave } from '../features/login/provider';
import { useWords } from '../i18n';
import { Empty, Failed, Loading, To } from '../parts';
import { Icon } from '../parts/Icon';
import { useFormat } from '../parts/format';
import { Boundary } from './Boundary';
import { Palette, type Choice } from './Palette';
import { useLive } from './live';
import { PLACES } from './pages';
import { RANGES, useScope } from './scope';

const GROUPS = ['see', 'change', 'ask', 'guard'] as const;

export function Shell() {
  const { t } = useWords();
  const location = useLocation();
  const mesh = useRead(['version'], (signal) => api.GET('/api/v1/version', { signal }));
  return (
    <div className="shell">
      <a className="skip" href="#main">{t('skip')}</a>
      <Menu />
      <Bar />
      <main className="main" id="main" tabIndex={-1}>
        <Boundary
          place={location.pathname}
          broken={(error) => (
            <div className="page">
              <Empty icon="alert" title={t('broken.title')}>{t('broken.next', { what: error.message })}</Empty>
            </div>
          )}
        >
          {mesh.error?.isOffline && (
            <div className="page"><Failed failure={mesh.error} /></div>
          )}
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </Boundary>
      </main>
    </div>
  );
}

function Menu() {
  const { t } = useWords();
  const { search } = useScope();
  const { somewhere } = useMay();
  const mesh = useRead(['version'], (signal) => api.GET('/api/v1/version', { signal })).data;
  return (
    <nav className="nav" aria-label={t('nav.title')}>
      <To to="/" className="brand">
        <img src="/favicon.svg" alt="Heddle" width={26} height={26} />
        <span>Heddle</span>
      </To>
      {GROUPS.map((group) => {
        const places = PLACES.filter((it) => it.group === group && somewhere(it.role));
        return places.length === 0 ? null : (
          <div key={group}>
            <h2>{t(`nav.group.${group}`)}</h2>
            {places.map((place) => (
              <NavLink key={place.path} to={place.path + search} end={place.path === '/'} className="item" title={t(place.name)}>
                <Icon name={place.icon} />
                <span>{t(place.name)}</span>
              </NavLink>
            ))}
          </div>
        );
      })}
      {mesh && <p className="foot num">{t('nav.version', { version: String(mesh.version) })}</p>}
    </nav>
  );
}

function Bar() {
  const { t, language, set } = useWords();
  const scope = useScope();
  const live = useLive();
  const format = useFormat();
  const navigate = useNavigate();
  const account = useAccount().data;
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  const [isOpen, setOpen] = useState(false);
  const busy = useIsFetching() > 0;

  const commands = useMemo<Choice[]>(() => {
    const kind = t('palette.command');
    return [
      { id: 'theme', icon: isDark ? 'sun' : 'moon', name: t('bar.theme'), kind, run: () => setColorScheme(isDark ? 'light' : 'dark') },
      { id: 'language', icon: 'language', name: t('bar.language'), kind, run: () => set(language === 'en' ? 'zh' : 'en') },
      { id: 'new', icon: 'plus', name: t('rules.new'), kind, run: () => void navigate(`/rules/new${scope.search}`) },
      { id: 'leave', icon: 'leave', name: t('bar.leave'), kind, run: () => void leave() },
    ];
  }, [t, isDark, setColorScheme, set, language, navigate, scope.search]);
  useShortcuts(() => setOpen(true));

  return (
    <div className="bar" role="banner">
      <NamespaceField />
      <select className="field" aria-label={t('bar.range')} value={scope.range} onChange={(event) => scope.set({ range: event.target.value })}>
        {Object.keys(RANGES).map((range) => (
          <option key={range} value={range}>{t(`range.${range}` as 'range.1m')}</option>
        ))}
      </select>
      {scope.at ? (
        <button type="button" className="icon-button framed" onClick={() => scope.set({ at: undefined })} title={t('bar.now')}>
          {t('bar.until', { time: format.time(scope.at) })}<Icon name="close" size={14} />
        </button>
      ) : (
        <button type="button" className="icon-button optional" aria-pressed={live.isOn} onClick={() => live.set(!live.isOn)} title={t('bar.live')}>
          <span className={live.isOn && busy ? 'pulse row' : 'row'}><Icon name="live" /></span>
          <span>{live.isOn ? t('bar.liveOn') : t('bar.liveOff')}</span>
        </button>
      )}
      <span className="grow" />
      <button type="button" className="icon-button framed find" onClick={() => setOpen(true)} title={t('palette.title')} aria-keyshortcuts="Control+K">
        <Icon name="search" size={15} /><span>{t('bar.find')}</span><kbd>Ctrl K</kbd>
      </button>
      <button type="button" className="icon-button" onClick={() => set(language === 'en' ? 'zh' : 'en')} aria-label={t('bar.language')} title={t('bar.language')}>
        <Icon name="language" />
      </button>
      <button type="button" className="icon-button" onClick={() => setColorScheme(isDark ? 'light' : 'dark')} aria-label={t('bar.theme')} title={t('bar.theme')}>
        <Icon name={isDark ? 'sun' : 'moon'} />
      </button>
      <span className="soft optional nowrap" title={account?.roles.join(', ')}>{account?.name}</span>
      <button type="button" className="icon-button" onClick={() => void leave()} aria-label={t('bar.leave')} title={t('bar.leave')}>
        <Icon name="leave" />
      </button>
      {isOpen && <Palette commands={commands} close={() => setOpen(false)} />}
    </div>
  );
}

function NamespaceField() {
  const { t } = useWords();
  const scope = useScope();
  const overview = useRead(['overview'], (signal) => api.GET('/api/v1/overview', { signal }), { still: true }).data;
  const names = new Set([
    ...(overview?.services ?? []).map((it) => it.namespace),
    ...(overview?.resources ?? []).map((it) => it.namespace),
    scope.namespace,
  ]);
  names.delete('');
  return (
    <select className="field" aria-label={t('bar.namespace')} value={scope.namespace} onChange={(event) => scope.set({ ns: event.target.value })}>
      <option value="">{t('bar.allNamespaces')}</option>
      {[...names].sort().map((name) => (
        <option key={name} value={name}>{name}</option>
      ))}
    </select>
  );
}

/** Ctrl-K, or / outside of fields, opens the palette; g and a letter goes to a page. */
function useShortcuts(open: () => void) {
  const navigate = useNavigate();
  const { search } = useScope();
  useEffect(() => {
    let isGoing = false;
    function onKey(event: KeyboardEvent) {
      const inField = (event.target as Element).closest?.('input,textarea,select,[contenteditable]');
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        open();
      } else if (!inField && !event.ctrlKey && !event.metaKey && !event.altKey) {
        if (event.key === '/') {
          event.preventDefault();
          open();
        } else if (isGoing) {
          const place = PLACES.find((it) => it.path === '/' ? event.key === 'h' : it.path[1] === event.key);
          if (place) void navigate(place.path + search);
        }
        isGoing = event.key === 'g';
      }
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [open, navigate, search]);
}
