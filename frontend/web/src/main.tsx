// Starts the page.
import '@fontsource-variable/figtree/wght.css';
import '@fontsource-variable/fraunces/wght.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '@/app/app';
import { comeBack } from '@/lib/session';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
comeBack();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
