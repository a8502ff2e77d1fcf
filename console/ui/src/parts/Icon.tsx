const PATHS = {
  start: 'M3 11.5 12 4l9 7.5M5.5 9.5V20h13V9.5',
  topology: 'M6 6h.01M18 6h.01M12 18h.01M8 7l3 9M16 7l-3 9M9 6h6',
  services: 'M4 7l8-4 8 4-8 4zM4 12l8 4 8-4M4 17l8 4 8-4',
  proxies: 'M4 5h16v6H4zM4 13h16v6H4zM8 8h.01M8 16h.01M12 8h5M12 16h5',
  rules: 'M4 6h5l6 12h5M4 18h5l2-4M13 10l2-4h5M18 4l2 2-2 2M18 16l2 2-2 2',
  history: 'M4 12a8 8 0 1 0 3-6.2M4 4v4h4M12 8v4l3 2',
  stage: 'M3 20h5v-5h5v-5h5V5h3',
  logs: 'M5 5h14M5 10h14M5 15h9M5 20h6',
  traces: 'M4 6h8M8 11h9M12 16h8M8 21h5',
  explain: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.5 9.5a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.7-.9 1.7M12 17h.01',
  security: 'M12 3l8 3v6c0 5-3.5 8-8 9-4.500-1-8-4-8-9V6zM9 12l2 2 4-4',
  certificates: 'M5 4h14v10H5zM9 8h6M9 11h3M12 14l-2 7 2-1.500 2 1.500-2-7',
  accounts: 'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2.500 20a6.500 6.500 0 0 1 13 0M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.500a6 6 0 0 1 3.500 5.500',
  audit: 'M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h5',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M4 12H2M22 12h-2M5 5l1.400 1.400M17.600 17.600 19 19M19 5l-1.400 1.400M6.400 17.600 5 19',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500',
  language: 'M3 6h10M8 3v3M11 6c-.800 4-3.500 7-7 9M5.500 9c1 2.500 3.300 4.600 6 6M13 21l4-10 4 10M14.500 17.500h5',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  unlocked: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 6.800-1.200',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  alert: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  live: 'M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4M7.500 7.500a6.400 6.400 0 0 0 0 9M16.500 7.500a6.400 6.400 0 0 1 0 9',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 17 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.800"
      strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
