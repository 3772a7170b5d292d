// The playhouse's hen, as a picture without a meaning of its own.
import { styled } from '@mui/material/styles';

const Drawing = styled('svg')({ display: 'block', flexShrink: 0 });

export function Hen({ size }: { size: number }) {
  return (
    <Drawing viewBox="0 0 48 48" width={size} height={size} aria-hidden="true">
      <rect width="48" height="48" rx="13" fill="#b23c25" />
      <path
        d="M11 28c0-7 4.5-9 8.5-10.5C21 13 24 10.5 28.5 10.5c5 0 8 3.5 8 8l4 2.5-4 1.5V26c0 7-5.5 12-13 12S11 34 11 28Z"
        fill="#fff6e6"
      />
      <path d="M23.5 11c-.5-3 1-5 3-5 .8-2 4-2 4.5.5 2-.5 3.5 1.5 2.5 4" fill="#e3a83b" />
      <circle cx="30.5" cy="18" r="1.8" fill="#2b211b" />
      <path d="M16 27c2 4.5 8 6 12 2" fill="none" stroke="#e3a83b" strokeWidth="2.5" strokeLinecap="round" />
    </Drawing>
  );
}
