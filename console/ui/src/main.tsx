import '@mantine/core/styles.css';
import './app/tokens.css';
import './app/app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { takeTokenFromLink } from './api/session';
import { App } from './app/App';
import { takeReturn } from './features/login/provider';

takeTokenFromLink();
takeReturn();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
