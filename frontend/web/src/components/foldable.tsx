// Folds what is very long to a readable part, with a button for the rest.
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useState, type ReactNode } from 'react';
import { texts } from '@/lib/texts';

/** Longer texts, or texts of more lines, would fill several screens. */
const LONG_LETTERS = 3_000;
const LONG_LINES = 40;

const Window = styled('div')({
  maxHeight: '24rem',
  overflow: 'hidden',
  maskImage: 'linear-gradient(#000 80%, transparent)',
});

export function Foldable({ text, children }: { text: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  if (text.length < LONG_LETTERS && text.split('\n', LONG_LINES + 1).length <= LONG_LINES) return children;
  return (
    <>
      {open ? children : <Window>{children}</Window>}
      <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)} sx={{ ml: -0.5 }}>
        {open ? texts.message.less : texts.message.more}
      </Button>
    </>
  );
}
