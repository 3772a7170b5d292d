// The icons, drawn here: the ready-made package would be larger than all the rest.
import { createSvgIcon } from '@mui/material/utils';

const stroke = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.8,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

export const MenuIcon = createSvgIcon(<path {...stroke} d="M4 7h16M4 12h16M4 17h10" />, 'Menu');
export const SendIcon = createSvgIcon(
  <path {...stroke} d="M5 12 20 5l-6 15-3-6.5L5 12Zm6 1.5L20 5" />,
  'Send',
);
export const ReplyIcon = createSvgIcon(
  <path {...stroke} d="M10 6 4.5 11.5 10 17M5 11.5h8a6 6 0 0 1 6 6V19" />,
  'Reply',
);
export const StopIcon = createSvgIcon(
  <rect x="6.5" y="6.5" width="11" height="11" rx="2.5" fill="currentColor" />,
  'Stop',
);
export const CloseIcon = createSvgIcon(<path {...stroke} d="m6.5 6.5 11 11m0-11-11 11" />, 'Close');
export const UpIcon = createSvgIcon(<path {...stroke} d="M12 19V5m-6 6 6-6 6 6" />, 'Up');
export const DownIcon = createSvgIcon(<path {...stroke} d="M12 5v14m-6-6 6 6 6-6" />, 'Down');
export const ChevronIcon = createSvgIcon(<path {...stroke} d="m7 10 5 5 5-5" />, 'Chevron');
export const LeaveIcon = createSvgIcon(
  <path {...stroke} d="M13.5 4.5H7a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2h6.5M10.5 12H20m-3.5-4 4 4-4 4" />,
  'Leave',
);
export const SunIcon = createSvgIcon(
  <>
    <circle {...stroke} cx="12" cy="12" r="4" />
    <path
      {...stroke}
      d="M12 2.5v2m0 15v2M2.5 12h2m15 0h2M5.3 5.3l1.4 1.4m10.6 10.6 1.4 1.4m0-13.4-1.4 1.4M6.7 17.3l-1.4 1.4"
    />
  </>,
  'Sun',
);
export const MoonIcon = createSvgIcon(
  <path {...stroke} d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z" />,
  'Moon',
);
export const SystemIcon = createSvgIcon(
  <path
    {...stroke}
    d="M5 5h14a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 19 16H5a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 5 5Zm4 15h6m-3-4v4"
  />,
  'System',
);
export const TopicIcon = createSvgIcon(
  <path {...stroke} d="M9.5 4 7.5 20m9-16-2 16M4.5 9h15m-16 6h15" />,
  'Topic',
);
export const CopyIcon = createSvgIcon(
  <>
    <rect {...stroke} x="9" y="9" width="11" height="11" rx="2" />
    <path {...stroke} d="M15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3" />
  </>,
  'Copy',
);
export const BinIcon = createSvgIcon(
  <path {...stroke} d="M5 7h14M10 7V4.5h4V7m-7.5 0 .8 12.5h9.4L17.5 7M10.2 11v5m3.6-5v5" />,
  'Bin',
);
export const AgainIcon = createSvgIcon(
  <path {...stroke} d="M18.5 8.5A7.5 7.5 0 1 0 19.5 13M18.8 4.5v4.2h-4.2" />,
  'Again',
);
export const CheckIcon = createSvgIcon(<path {...stroke} d="m5 12.5 4.5 4.5L19 7.5" />, 'Check');
