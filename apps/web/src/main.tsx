import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import './app/base.css';
import { startI18n } from './app/i18n/index.ts';
import { getPreferences } from './app/preferences.ts';
import './app/shell.css';
import { applyTheme } from './app/theme.ts';
import { isPrefetching } from './app/usePrefetch.ts';
import './ui/ui.css';

// A page that was open while a newer build was put in place asks for parts that are gone: it starts anew, once.
const renewedAt = 'guanxi.renewed';
window.addEventListener('vite:preloadError', (event) => {
  if (isPrefetching()) return;
  if (Date.now() - Number(sessionStorage.getItem(renewedAt)) < 60_000) return;
  sessionStorage.setItem(renewedAt, String(Date.now()));
  event.preventDefault();
  location.reload();
});

const { theme, language } = getPreferences();
const dark = theme === 'dark' || (theme === 'system' && window.matchMedia('(prefers-color-scheme: dark)').matches);
applyTheme(dark ? 'dark' : 'light');
await startI18n(language);
const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
