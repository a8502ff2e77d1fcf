import { useEffect, useRef, type ReactNode } from 'react';
import { Link, useLocation, type LinkProps } from 'react-router';
import type { Failure } from '../api/client';
import { useScope } from '../app/scope';
import { useWords } from '../i18n';
import { Icon, type IconName } from './Icon';
import { ABOUT_TEXT, sentenceOf } from './failure';
import { useFormat } from './format';

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'info' | 'violet';

/** A page's frame: title, what it is about, what can be done, and its panels. */
export function Page(props: {
  title: string;
  about?: ReactNode;
  crumbs?: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${props.title} · Heddle`;
  }, [props.title]);
  return (
    <div className={props.wide ? 'page wide' : 'page'}>
      <div className="page-head">
        <div className="titles">
          {props.crumbs && <div className="crumbs">{props.crumbs}</div>}
          <h1 className="break">{props.title}</h1>
          {props.about && <p>{props.about}</p>}
        </div>
        {props.actions && <div className="actions">{props.actions}</div>}
      </div>
      {props.children}
    </div>
  );
}

/** A part of a page. One with an id is scrolled to where the address names it. */
export function Panel(props: { title: ReactNode; id?: string; note?: ReactNode; actions?: ReactNode; flush?: boolean; children: ReactNode }) {
  const here = useRef<HTMLElement>(null);
  const { hash } = useLocation();
  const isNamed = props.id !== undefined && hash === `#${props.id}`;
  useEffect(() => {
    if (isNamed) here.current?.scrollIntoView();
  }, [isNamed]);
  return (
    <section className="panel" id={props.id} ref={here}>
      <header>
        <h2>{props.title}</h2>
        {props.note !== undefined && <span className="note">{props.note}</span>}
        <span className="grow" />
        {props.actions}
      </header>
      <div className={props.flush ? 'inside flush' : 'inside'}>{props.children}</div>
    </section>
  );
}

/** A link that keeps the namespace and the time that are looked at. */
export function To({ to, ...rest }: Omit<LinkProps, 'to'> & { to: string }) {
  const { search } = useScope();
  const [place = '', part = ''] = to.split('#');
  const [path = '', own = ''] = place.split('?');
  const params = new URLSearchParams(search);
  new URLSearchParams(own).forEach((value, name) => params.set(name, value));
  const text = params.toString();
  return <Link to={`${path}${text && `?${text}`}${part && `#${part}`}`} {...rest} />;
}

export function Stat(props: { label: string; value: ReactNode; note?: ReactNode; tone?: Tone; to?: string; children?: ReactNode }) {
  const inside = (
    <>
      <span className="label">{props.label}</span>
      <span className={`value ${props.tone ?? ''}`}>{props.value}</span>
      <span className="note">{props.note}</span>
      {props.children}
    </>
  );
  return props.to ? (
    <To to={props.to} className="stat">
      {inside}
    </To>
  ) : (
    <div className="stat">{inside}</div>
  );
}

export function Tag({ tone = 'plain', title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  return (
    <span className={`tag ${tone}`} title={title}>
      {children}
    </span>
  );
}

export function Empty({ icon = 'check', title, children }: { icon?: IconName; title: string; children?: ReactNode }) {
  return (
    <div className={icon === 'check' ? 'empty well' : 'empty'}>
      <Icon name={icon} size={26} />
      <strong>{title}</strong>
      {children && <span>{children}</span>}
    </div>
  );
}

/**
 * What went wrong, in the reader's language. The control plane's own words are English, for programs and logs: they are
 * shown beside where they are about what somebody wrote here, and folded away otherwise.
 */
export function Failed({ failure }: { failure: Failure }) {
  const { t } = useWords();
  const isAboutText = ABOUT_TEXT.has(failure.status);
  return (
    <div className="failure" role="alert">
      <strong>{t(sentenceOf(failure))}</strong>
      {failure.isOffline ? (
        <div>{t('offline.next')}</div>
      ) : isAboutText ? (
        <Said failure={failure} />
      ) : (
        <details>
          <summary>{t('failed.details')}</summary>
          <Said failure={failure} />
        </details>
      )}
    </div>
  );
}

function Said({ failure }: { failure: Failure }) {
  return (
    <div lang="en">
      <div>{failure.what}</div>
      {failure.where && <div className="mono soft">{failure.where}</div>}
      {failure.next && <div>{failure.next}</div>}
    </div>
  );
}

export function Loading() {
  const { t } = useWords();
  return (
    <div className="loading" role="status">
      {t('loading')}
    </div>
  );
}

interface Reading<T> {
  data: T | undefined;
  error: Failure | null;
}

/** What was read, or why not. An answer that is there stays while the next one fails. */
export function Read<T>({ of, children }: { of: Reading<T>; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  return of.error ? <Failed failure={of.error} /> : <Loading />;
}

export function Ago({ time }: { time: string }) {
  const format = useFormat();
  return (
    <time dateTime={time} title={format.time(time)} className="nowrap">
      {format.ago(time)}
    </time>
  );
}

/** A file's name and a line, in a table: where it lies is told by a title. */
export function PlaceName({ file, line }: { file: string; line: number }) {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return file ? <span className="mono soft nowrap" title={file}>{line ? `${name}:${line}` : name}</span> : null;
}

/** A file and a line, as people click on them elsewhere. */
export function PlaceText({ file, line }: { file: string; line: number }) {
  return file ? <span className="mono soft break">{line ? `${file}:${line}` : file}</span> : null;
}

export function Facts({ of }: { of: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {of.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Button(props: {
  children: ReactNode;
  onClick?: () => void;
  tone?: 'primary' | 'danger';
  disabled?: boolean;
  type?: 'button' | 'submit';
  title?: string | undefined;
}) {
  return (
    <button
      type={props.type ?? 'button'}
      className={`button ${props.tone ?? ''}`}
      onClick={props.onClick}
      disabled={props.disabled}
      title={props.title}
    >
      {props.children}
    </button>
  );
}
