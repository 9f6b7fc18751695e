import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import { isLive } from './kit/live.js';
import { place } from './kit/router.js';
import { caller, isLocked, signOut } from './kit/session.js';
import { Failed, Loading } from './kit/states.js';
import { Problem } from './kit/problem.js';
import { nextTheme, theme } from './kit/theme.js';
import { PAGES, type PageEntry, type PageProps } from './pages/index.js';
import { SignIn } from './sign-in.js';

function Icon({ d }: { d: string }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d={d} fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

function Nav({ current }: { current: PageEntry | undefined }) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a narrow screen the pages stand in a row that is longer than the screen.
    nav.current!.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  return (
    <nav ref={nav} aria-label="Pages">
      <ul>
        {PAGES.map((page) => (
          <li key={page.path}>
            <a href={`#/${page.path}`} aria-current={page === current ? 'page' : undefined}>
              <Icon d={page.icon} />
              <span>{page.title}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Status() {
  return (
    <div class="status">
      <span class={`live ${isLive.value ? 'on' : ''}`} role="status">
        {isLive.value ? 'Live' : 'Not live'}
      </span>
      <button type="button" class="plain" onClick={nextTheme} aria-label={`Colours: ${theme.value}`}>
        {theme.value === 'auto' ? '◐' : theme.value === 'dark' ? '●' : '○'}
      </button>
      {caller.value?.key !== null && caller.value !== null && (
        <button type="button" class="plain" onClick={() => void signOut()} title={`Signed in as ${caller.value.name}`}>
          Sign out
        </button>
      )}
    </div>
  );
}

/** A page, loaded when it is first seen. */
function PageView({ page, parts }: { page: PageEntry; parts: readonly string[] }) {
  const [loaded, setLoaded] = useState<{ page: PageEntry; View: ComponentType<PageProps> }>();
  const [problem, setProblem] = useState<Problem>();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    let waits = true;
    setProblem(undefined);
    document.title = `${page.title} · Pointsman`;
    page.load().then(
      ({ default: View }) => waits && setLoaded({ page, View }),
      () => waits && setProblem(new Problem('unreachable', 0, 'The page could not be loaded. Reload to try again.')),
    );
    return () => void (waits = false);
  }, [page]);
  useEffect(() => {
    // Who reads by ear hears where they are now; at the first page they start at its top.
    if (!isFirst.current) main.current?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
    isFirst.current = false;
    scrollTo(0, 0);
  }, [loaded, parts.join('/')]);
  return (
    <main id="main" ref={main}>
      {problem !== undefined ? (
        <Failed problem={problem} onRetry={() => location.reload()} />
      ) : loaded?.page === page ? (
        <loaded.View parts={parts} />
      ) : (
        <Loading />
      )}
    </main>
  );
}

export function App() {
  const [first = '', ...rest] = place.value.parts;
  const current = PAGES.find(({ path }) => path === first);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => (
          event.preventDefault(),
          document.getElementById('main')?.querySelector<HTMLElement>('h1')?.focus()
        )}
      >
        To the content
      </a>
      <aside class="side">
        <a class="brand" href="#/">
          <img src={new URL('./icon.svg', import.meta.url).href} alt="" width="28" height="28" />
          Pointsman
        </a>
        {!isLocked.value && <Nav current={current} />}
        <Status />
      </aside>
      {caller.value === null ? (
        <main>
          <Loading />
        </main>
      ) : isLocked.value ? (
        <SignIn />
      ) : current === undefined ? (
        <main id="main">
          <Failed problem={new Problem('not_found', 404, `There is no page ${first}.`)} />
        </main>
      ) : (
        <PageView page={current} parts={rest} />
      )}
    </div>
  );
}
