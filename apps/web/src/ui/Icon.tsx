import type { ReactElement } from 'react';

/** Line icons on a 16 px grid, drawn for this console: one weight, no fill. */
const paths = {
  home: <path d="M2.5 7 8 2.5 13.5 7v6.5h-4v-4h-3v4h-4z" />,
  sources: <path d="M3 4.5h10M3 8h10M3 11.5h10M5 3v3M10.5 6.5v3M7 10v3" />,
  live: <path d="M1.5 8h3l2-5 3 10 2-5h3" />,
  import: <path d="M8 2v7m0 0L5 6m3 3 3-3M2.5 10.5v3h11v-3" />,
  quarantine: <path d="M8 2 14.5 13.5h-13zM8 6.5v3.2m0 1.6v.4" />,
  identity: (
    <path d="M4 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm8 0a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM6 5h4M5 7l2 3.2M11 7l-2 3.2" />
  ),
  customers: (
    <path d="M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm-4.5 5.5c0-2.5 2-4 4.500-4s4.500 1.500 4.500 4M10.500 3.300a2.500 2.500 0 0 1 0 4.500M12 9.900c1.500.5 2.500 1.800 2.500 3.600" />
  ),
  graph: (
    <path d="M4.500 11.500a1.750 1.750 0 1 0-3.500 0 1.750 1.750 0 0 0 3.500 0Zm5.250-7.500a1.750 1.750 0 1 0-3.500 0 1.750 1.750 0 0 0 3.500 0ZM15 11.500a1.750 1.750 0 1 0-3.500 0 1.750 1.750 0 0 0 3.500 0ZM7.200 5.600 3.600 10M8.800 5.600l3.600 4.400M4.500 11.500h7" />
  ),
  settings: <path d="M2 4.500h7m3 0h2M2 11.500h2m3 0h7M10.500 3v3M5.500 10v3" />,
  jobs: <path d="M2.500 4h11M2.500 8h7M2.500 12h4M11.500 9.500v4l3-2z" />,
  ontology: <path d="M6 2.500h4v3H6zM2 10.500h4v3H2zM10 10.500h4v3h-4zM8 5.500V8M4 10.500V8h8v2.500" />,
  status: <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-9.500V8l2.500 1.500" />,
  search: <path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.600-1.400L14 14" />,
  sun: (
    <path d="M8 10.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM8 1.500v1.500m0 10v1.500M1.500 8H3m10 0h1.500M3.400 3.400l1.100 1.100m7 7 1.100 1.100m0-9.200-1.100 1.100m-7 7-1.100 1.100" />
  ),
  moon: <path d="M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7Z" />,
  language: (
    <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2 8h12M8 2c2 2 2.500 4 2.500 6S10 12 8 14c-2-2-2.500-4-2.500-6S6 4 8 2Z" />
  ),
  collapse: <path d="M2.500 3h11v10h-11zM6 3v10M11 6.500 9.500 8l1.500 1.500" />,
  expand: <path d="M2.500 3h11v10h-11zM6 3v10M9.500 6.500 11 8l-1.500 1.500" />,
  copy: <path d="M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3" />,
  check: <path d="m3 8.500 3.500 3.500L13 4.500" />,
  close: <path d="m3.500 3.500 9 9m0-9-9 9" />,
  more: <path d="M3.500 8h.01M8 8h.01M12.500 8h.01" strokeWidth={2} />,
  chevronRight: <path d="m6 3.500 4.500 4.500L6 12.500" />,
  chevronDown: <path d="M3.500 6 8 10.500 12.500 6" />,
  arrowRight: <path d="M2.500 8h11m-4-4 4 4-4 4" />,
  arrowLeft: <path d="M13.500 8h-11m4-4-4 4 4 4" />,
  plus: <path d="M8 3v10M3 8h10" />,
  minus: <path d="M3 8h10" />,
  trash: <path d="M2.500 4h11M6 4V2.500h4V4M4 4l.5 9.500h7L12 4M6.750 6.500v4.500m2.500-4.500v4.500" />,
  pause: <path d="M5 3v10m6-10v10" strokeWidth={2} />,
  play: <path d="M4.500 2.500v11l9-5.500z" />,
  refresh: <path d="M13.500 8a5.500 5.500 0 1 1-1.600-3.900M13.500 2v3h-3" />,
  eye: (
    <path d="M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z" />
  ),
  eyeOff: (
    <path d="M3 3l10 10M6 4c.6-.3 1.300-.5 2-.5 4 0 6.500 4.500 6.500 4.500a12 12 0 0 1-1.900 2.400M4 5.300A11 11 0 0 0 1.500 8S4 12.500 8 12.500c1 0 1.900-.3 2.700-.7" />
  ),
  path: (
    <path d="M4.500 12.500a1.500 1.500 0 1 0-3 0 1.500 1.500 0 0 0 3 0Zm10-9a1.500 1.500 0 1 0-3 0 1.500 1.500 0 0 0 3 0ZM4.500 12.500h5a2.250 2.250 0 0 0 0-4.500h-3a2.250 2.250 0 0 1 0-4.500h5" />
  ),
  common: (
    <path d="M6 12.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9Zm4 0a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9Z" />
  ),
  hide: <path d="M2.500 8h11" />,
  target: <path d="M8 13.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11ZM8 1v3m0 8v3M1 8h3m8 0h3" />,
  list: <path d="M5.500 4h8M5.500 8h8M5.500 12h8M2.500 4h.01M2.500 8h.01M2.500 12h.01" />,
  undo: <path d="M5.500 3 2.500 6l3 3M2.500 6h7a4 4 0 0 1 0 8H6" />,
  redo: <path d="M10.500 3 13.500 6l-3 3M13.500 6h-7a4 4 0 0 0 0 8H10" />,
  pointer: <path d="M3.500 2.500 13 7l-4 1.500L7.500 13z" />,
  lasso: (
    <path d="M5.500 10.500C3.300 9.800 2 8.400 2 6.700 2 4.400 4.700 2.500 8 2.500s6 1.900 6 4.200-2.700 4.200-6 4.200a9 9 0 0 1-1.200-.1M5.500 12.300a1.300 1.300 0 1 0 0-2.600 1.300 1.300 0 0 0 0 2.600Zm0 0c0 1-.6 1.700-1.500 1.700" />
  ),
  box: <path d="M2.500 2.500h2m2 0h3m2 0h2v2m0 2v3m0 2v2h-2m-2 0h-3m-2 0h-2v-2m0-2v-3m0-2v-2" />,
  map: <path d="M2 3h12v10H2zM8.500 8h5v4.500h-5z" />,
  pin: <path d="M6 2h4l-.5 5 2 2v1h-7V9l2-2zM8 10v4" />,
  spread: (
    <path d="M8 9a1 1 0 1 0 0-2 1 1 0 0 0 0 2ZM5.300 10.700a3.800 3.800 0 0 1 0-5.400m5.400 0a3.800 3.800 0 0 1 0 5.400M3.200 12.800a6.800 6.800 0 0 1 0-9.600m9.600 0a6.800 6.800 0 0 1 0 9.600" />
  ),
  groups: (
    <path d="M5 7.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Zm6.500 1a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm-4 5.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z" />
  ),
  bookmark: <path d="M4 2.500h8v11L8 10.500l-4 3z" />,
  download: <path d="M8 2v8m0 0L5 7m3 3 3-3M2.500 12v1.500h11V12" />,
  edit: <path d="M3 13h2.500L13 5.500 10.500 3 3 10.500zM9 4.500 11.500 7" />,
  split: <path d="M8 14V9m0 0L3.500 4.500M8 9l4.500-4.500M3.500 8V4.500H7m2 0h3.500V8" />,
  link: (
    <path d="M6.500 9.500 9.500 6.500M7 4.500l1.500-1.500a3 3 0 0 1 4.500 4.500L11.500 9M9 11.500 7.500 13A3 3 0 0 1 3 8.500L4.500 7" />
  ),
  filter: <path d="M2 3.500h12L9.500 8.500v5l-3-1.500V8.500z" />,
  file: <path d="M4 2h5.500L12.500 5v9H4zM9.500 2v3h3" />,
  info: <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-7v4m0-6.300v.1" />,
  keyboard: <path d="M1.500 4h13v8h-13zM4 6.500h.01M6.500 6.500h.01M9 6.500h.01M11.500 6.500h.01M5 9.500h6" />,
  person: <path d="M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-5.500 6c0-3 2.500-4.500 5.500-4.500s5.500 1.500 5.500 4.500" />,
  key: <path d="M5.500 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm2.100-5.100L13.500 2m-3 3 2 2" />,
  shield: (
    <path d="M8 1.800 13.200 3.800v4c0 3.200-2.200 5.300-5.200 6.400-3-1.100-5.200-3.200-5.200-6.400v-4zM5.800 8l1.600 1.600 2.900-3" />
  ),
  up: <path d="M8 13V3m0 0L4 7m4-4 4 4" />,
  down: <path d="M8 3v10m0 0 4-4m-4 4L4 9" />,
} satisfies Record<string, ReactElement>;

export type IconName = keyof typeof paths;

/** Decoration beside text; a control that holds only an icon needs its own label. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.35}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {paths[name]}
    </svg>
  );
}
