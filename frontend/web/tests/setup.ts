// Before every test: what jsdom lacks; after every test: an empty page.
import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

Element.prototype.scrollTo ??= () => undefined;

afterEach(() => {
  cleanup();
  localStorage.clear();
});
