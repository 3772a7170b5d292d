// Nothing in a message can run or load from elsewhere; what is unfinished looks whole.
import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Markdown } from '@/components/markdown';

function show(text: string, unfinished = false): HTMLElement {
  return render(<Markdown text={text} unfinished={unfinished} />).container;
}

test('HTML is shown as text', () => {
  const text = '<script>alert(1)</script> <img src=x onerror=alert(1)> <b>bold</b>';
  const shown = show(text);
  expect(shown).toHaveTextContent(text);
  expect(shown.querySelector('script, img, b')).toBeNull();
});

test('a picture from elsewhere is a link and loads nothing', () => {
  const shown = show('![hen](https://elsewhere.example/hen.png)');
  expect(shown.querySelector('img')).toBeNull();
  expect(screen.getByRole('link', { name: /hen/ })).toHaveAttribute(
    'href',
    'https://elsewhere.example/hen.png',
  );
});

test('a link opens elsewhere and gives nothing away', () => {
  show('[farm](https://farm.example)');
  const link = screen.getByRole('link', { name: 'farm' });
  expect(link).toHaveAttribute('rel', expect.stringContaining('noopener'));
  expect(link).toHaveAttribute('target', '_blank');
});

test.each(['javascript:alert(1)', 'data:text/html,hi', 'vbscript:x'])(
  'an address such as %s leads nowhere',
  (address) => {
    const shown = show(`[click](${address})`);
    expect(shown.querySelector('a')?.getAttribute('href') ?? '').toBe('');
  },
);

test('a mention is marked, but not in code, links and e-mail addresses', () => {
  const shown = show('@CoopBot and `@code`, me@farm.example, [@link](https://a.example), **@Pablo-Bot**!');
  expect([...shown.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual([
    '@CoopBot',
    '@Pablo-Bot',
  ]);
});

test('right-to-left text and emoji stay as they are', () => {
  expect(show('שלום 🐔 عالم')).toHaveTextContent('שלום 🐔 عالم');
});

test('unfinished markdown looks finished', () => {
  expect(show('Hens are **lov', true).querySelector('strong')).toHaveTextContent('lov');
});

test('a heading in a message is no heading of the page', () => {
  show('# Loud');
  expect(screen.queryByRole('heading')).toBeNull();
  expect(screen.getByText('Loud')).toBeVisible();
});

test('code keeps its text and can be copied', () => {
  const shown = show('```python\nprint("bok")\n```');
  expect(shown.querySelector('code')).toHaveTextContent('print("bok")');
  expect(screen.getByRole('button', { name: 'Copy the code' })).toBeVisible();
});
