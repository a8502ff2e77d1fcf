import { MantineProvider, createTheme } from '@mantine/core';
import { QueryClientProvider, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { BrowserRouter, Route, Routes } from 'react-router';
import { newQueryClient } from '../api/client';
import { useToken } from '../api/session';
import { LoginPage } from '../features/login/LoginPage';
import StartPage from '../features/start/StartPage';
import { WordsProvider, useWords } from '../i18n';
import { Empty, Page } from '../parts';
import { Shell } from './Shell';
import { LiveProvider } from './live';
import { ROUTES } from './pages';
import { useScope } from './scope';

// Style sheets that Mantine would write at run time are files here (tokens.css): the server's policy lets
// no script write one.
const theme = createTheme({ primaryColor: 'blue', fontFamily: 'var(--sans)' });

export function App() {
  const [client] = useState(newQueryClient);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <WordsProvider>
        <QueryClientProvider client={client}>
          <BrowserRouter>
            <Entrance />
          </BrowserRouter>
        </QueryClientProvider>
      </WordsProvider>
    </MantineProvider>
  );
}

/** Whoever has no token signs in; the address stays, so a link leads on afterwards. */
function Entrance() {
  const token = useToken();
  const client = useQueryClient();
  const { at } = useScope();
  // What one may see, the next may not. At the end of a token, not at the sign-in, which reads, too.
  useEffect(() => (token ? () => client.clear() : undefined), [token, client]);
  if (!token) return <LoginPage />;
  return (
    <LiveProvider frozen={at !== ''}>
      <Routes>
        <Route element={<Shell />}>
          <Route index element={<StartPage />} />
          {ROUTES.map(({ path, Page: It }) => (
            <Route key={path} path={path} element={<It />} />
          ))}
          <Route path="*" element={<Nowhere />} />
        </Route>
      </Routes>
    </LiveProvider>
  );
}

function Nowhere() {
  const { t } = useWords();
  return (
    <Page title={t('nowhere.title')}>
      <Empty icon="search" title={location.pathname}>{t('nowhere.next')}</Empty>
    </Page>
  );
}
