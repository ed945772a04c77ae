/** Line icons on a 24 grid, drawn here: one file instead of a package of thousands. */
const shapes = {
  home: 'M3 11.5 12 4l9 7.5M5.5 9.8V20h13V9.8M10 20v-5.5h4V20',
  key: 'M14.5 9.5a4 4 0 1 1-3.2-3.9 4 4 0 0 1 3.2 3.9ZM13.4 12.4 20 19v2h-3v-2h-2v-2h-2l-1.6-1.6M10.5 8.5h.01',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.8-3.6 3.8-5.5 7.5-5.5s6.700 1.900 7.500 5.500',
  shield: 'M12 3.500 5 6v5.500c0 4.300 2.900 7.500 7 9 4.100-1.500 7-4.700 7-9V6Z',
  devices: 'M3 5h12v9H3ZM6 18h5M9 14v4M17 9h4v11h-5v-4',
  token: 'M4 8h16v8H4ZM8 12h.01M12 12h.01M16 12h.01',
  copy: 'M9 9h11v11H9ZM5 15H4V4h11v1',
  check: 'm4.500 12.500 5 5 10-11',
  cross: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  grip: 'M9 6h.01M9 12h.01M9 18h.01M15 6h.01M15 12h.01M15 18h.01',
  up: 'm6 15 6-6 6 6',
  down: 'm6 9 6 6 6-6',
  right: 'm9 6 6 6-6 6',
  left: 'm15 6-6 6 6 6',
  dots: 'M5 12h.01M12 12h.01M19 12h.01',
  search: 'M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13ZM15.500 15.500 20 20',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500Z',
  auto: 'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM12 3.500v17M12 8h5M12 12h8M12 16h6',
  out: 'M14 4H5v16h9M10 12h10M17 9l3 3-3 3',
  globe: 'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM3.500 12h17M12 3.500c2.500 2.500 3.500 5.300 3.500 8.500s-1 6-3.500 8.500c-2.500-2.500-3.500-5.300-3.500-8.500s1-6 3.500-8.500Z',
  menu: 'M4 7h16M4 12h16M4 17h16',
  bolt: 'M13 3 5 13.500h6L10.500 21 19 10h-6.500Z',
  columns: 'M4 5h16v14H4ZM10 5v14M15 5v14',
  warn: 'M12 4 2.800 20h18.400ZM12 10v4.500M12 17.300h.01',
  trash: 'M5 7h14M10 7V4.500h4V7M7 7l.8 13h8.400L17 7M10.500 11v5.500M13.500 11v5.500',
  edit: 'M4 20l.8-4L16 4.800l3.200 3.200L8 19.200ZM13.500 7.300l3.200 3.200',
  finger: 'M7 19c1.200-2.200 1.500-4.200 1.500-7a3.500 3.500 0 0 1 7 0c0 3-.3 5.500-1.300 8M12 12c0 3.500-.4 6-1.800 8.700M5 15.500c.5-1.200.6-2.300.6-3.500a6.400 6.400 0 0 1 11.600-3.700M18.300 11c.2 2.900 0 5.200-.6 7.500',
  chart: 'M4 20h16M6.500 16v-5M11 16V6M15.500 16v-8M20 16v-3',
  flag: 'M5.500 21V4.500M5.500 5c4-2 7 2 13 0v9c-6 2-9-2-13 0',
  play: 'M7 4.5v15l12-7.500Z',
  stop: 'M6 6h12v12H6Z',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  file: 'M7 3.500h7l4 4V20.500H7ZM14 3.500v4h4M10 12h5M10 16h5',
  fork: 'M6 4v16M6 9.500a4.500 4.500 0 0 0 4.500 4.500H18M15 11l3 3-3 3',
  layers: 'M12 3 3 8l9 5 9-5ZM3.500 12.500 12 17l8.500-4.500M3.500 16.500 12 21l8.500-4.500',
  server: 'M4 4h16v7H4ZM4 13h16v7H4ZM7.500 7.500h.01M7.500 16.500h.01',
  pulse: 'M3 12h4l2.500-6.500 5 13L17 12h4',
  tag: 'M4 4h7.500L20 12.500 12.500 20 4 11.500ZM8 8h.01',
  book: 'M5 4.500h11.500a2 2 0 0 1 2 2V20H7a2 2 0 0 1-2-2ZM5 18a2 2 0 0 1 2-2h11.500M9 8.500h6',
  wallet: 'M4 7.500h15a1 1 0 0 1 1 1V19H5a1 1 0 0 1-1-1V6.500A1.500 1.500 0 0 1 5.500 5H17M16.500 13.500h.01',
  users: 'M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM3 19.500c.6-3 3-4.500 6-4.500s5.400 1.500 6 4.500M16 5a3.300 3.300 0 0 1 0 6.300M17.500 15.200c2 .5 3.200 1.900 3.500 4.300',
  ticket: 'M4 7h16v3.500a1.500 1.500 0 0 0 0 3V17H4v-3.500a1.500 1.500 0 0 0 0-3ZM14 7v2M14 11v2M14 15v2',
  bell: 'M6 17h12c-1.200-1.500-1.500-3-1.500-6a4.500 4.500 0 0 0-9 0c0 3-.3 4.500-1.500 6ZM10 20h4M12 4v2.500',
  gauge: 'M4 17a8 8 0 1 1 16 0M12 17l4-5.500M4 17h2M18 17h2',
  history: 'M4.500 12a7.500 7.500 0 1 0 2.300-5.400L4 9.500M4 4.500v5h5M12 8v4.500l3 2',
  clock: 'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM12 7.500V12l3 2',
  download: 'M12 4v11M7.500 11l4.500 4.500 4.500-4.500M4.500 20h15',
  upload: 'M12 16V5M7.500 9 12 4.500 16.500 9M4.500 20h15',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700L12 17',
  refresh: 'M19.500 12a7.500 7.500 0 1 1-2.300-5.400L20 9.500M20 4.500v5h-5',
  filter: 'M4 5h16l-6.500 8v6l-3-1.500V13Z',
  eye: 'M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12ZM12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z',
  send: 'M4 12 20 4l-5 16-3.500-6.500Z',
  mail: 'M3.500 6h17v12h-17ZM4 7l8 6 8-6',
  sliders: 'M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1M15 5v4M9 10v4M17 15v4',
  plug: 'M9 3v5M15 3v5M6.500 8h11v3a5.500 5.500 0 0 1-11 0ZM12 16.500V21',
  turn: 'M19.500 12a7.500 7.500 0 1 1-2.300-5.400M19.500 4v4.500H15',
} as const;

export type IconName = keyof typeof shapes;

/** Decoration: whatever it means is also said in words beside it or in the label of its button. */
export function Icon({ name, size = 18, weight = 1.7 }: { name: IconName; size?: number; weight?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={weight} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}

export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#0f766e" />
      <path d="M16 16 8 9M16 16l8-7M16 16v9" fill="none" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" />
      <g fill="#fff"><circle cx="16" cy="16" r="4" /><circle cx="7.5" cy="8.5" r="2.4" /><circle cx="24.5" cy="8.5" r="2.4" /><circle cx="16" cy="25.5" r="2.4" /></g>
    </svg>
  );
}
