import type { ReactNode } from "react";

/** Drawings on a square of 16 units (24 for the two large ones), stroked in the colour of the text. */
const drawings = {
  mark: (
    <>
      <rect x="3" y="5" width="18" height="14" rx="3" />
      <path d="M3 9.5h18M3 14.5h18" opacity=".45" />
      <path d="M13.2 7.2 9.6 12.4h4l-2.4 4.6" strokeWidth="1.9" />
    </>
  ),
  ok: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="m5.2 8.2 2 2 3.7-4.2" />
    </>
  ),
  check: (
    <>
      <path d="m3.5 8.5 3 3 6-7" />
    </>
  ),
  bad: (
    <>
      <path d="M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4Z" />
      <path d="m6 6 4 4m0-4-4 4" />
    </>
  ),
  x: (
    <>
      <path d="m4 4 8 8m0-8-8 8" />
    </>
  ),
  wait: (
    <>
      <circle cx="8" cy="8" r="6.2" strokeDasharray="2.6 2.2" />
      <path d="M8 4.8V8l2.2 1.6" />
    </>
  ),
  run: (
    <>
      <circle cx="8" cy="8" r="6.2" opacity=".35" />
      <path d="M8 1.8a6.2 6.2 0 0 1 6.2 6.2" />
      <path d="M6.8 5.8v4.4L10.2 8Z" fill="currentColor" stroke="none" />
    </>
  ),
  todo: (
    <>
      <circle cx="8" cy="8" r="6.2" />
    </>
  ),
  pause: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M6.4 5.8v4.4M9.6 5.8v4.4" />
    </>
  ),
  skip: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="m3.8 12.2 8.4-8.4" />
    </>
  ),
  out: (
    <>
      <path d="M8 2 14.6 13.6H1.4Z" />
      <path d="M8 6.4v3.2M8 11.6v.1" />
    </>
  ),
  gate: (
    <>
      <path d="M2.3 12a6.2 6.2 0 1 1 11.4 0M8 9.5l3-3.6" />
      <path d="M8 9.5v.01" strokeWidth="2.6" />
    </>
  ),
  probe: (
    <>
      <path d="M2 8h2.6l1.8-4.4 3 8.8L11.2 8H14" />
    </>
  ),
  fall: (
    <>
      <path d="M2.5 4h4.2c2 0 2.6 1 2.6 3v5" />
      <path d="m6.5 9.5 2.8 2.8 2.8-2.8" />
    </>
  ),
  key: (
    <>
      <circle cx="5.2" cy="10.8" r="2.9" />
      <path d="m7.3 8.7 5.9-5.9M10.6 5.4l2 2" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.6" />
      <path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5" />
    </>
  ),
  retry: (
    <>
      <path d="M13.2 6.5A5.6 5.6 0 1 0 13.4 10" />
      <path d="M13.6 2.8v3.9H9.7" />
    </>
  ),
  swap: (
    <>
      <path d="M2.5 5.5h10M10 2.8l2.7 2.7L10 8.2M13.5 10.8h-10M6 8.1l-2.7 2.7L6 13.5" />
    </>
  ),
  now: (
    <>
      <path d="M3 3.5v9L9 8ZM11.5 3.5v9" />
    </>
  ),
  open: (
    <>
      <path d="m5.5 3.5 5 4.5-5 4.5" />
    </>
  ),
  down: (
    <>
      <path d="m3.5 5.5 4.5 5 4.5-5" />
    </>
  ),
  file: (
    <>
      <path d="M4 1.8h5l3.2 3.2v9.2H4Z" />
      <path d="M8.8 2v3.4h3.2M6 8.5h4M6 11h4" />
    </>
  ),
  drop: (
    <>
      <path d="M12 3.5v11M7.5 10l4.5 4.5 4.5-4.5" />
      <path d="M3.5 15.5v3a2 2 0 0 0 2 2h13a2 2 0 0 0 2-2v-3" />
    </>
  ),
  get: (
    <>
      <path d="M8 2.5v7.5M5 7.2 8 10l3-2.8M2.5 13.5h11" />
    </>
  ),
  find: (
    <>
      <circle cx="7" cy="7" r="4.4" />
      <path d="m10.4 10.4 3.4 3.4" />
    </>
  ),
  link: (
    <>
      <path d="M9 2.5h4.5V7M13.2 2.8 8 8M11.5 9.5v4h-9v-9h4" />
    </>
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 2.2a5.8 5.8 0 0 1 0 11.6Z" fill="currentColor" />
    </>
  ),
  home: (
    <>
      <path d="M2.5 7.5 8 2.8l5.5 4.7v6H9.8V9.8H6.2v3.7H2.5Z" />
    </>
  ),
  plus: (
    <>
      <path d="M8 3v10M3 8h10" />
    </>
  ),
  more: (
    <>
      <path d="M3.5 8v.01M8 8v.01M12.5 8v.01" strokeWidth="2.4" />
    </>
  ),
  you: (
    <>
      <circle cx="8" cy="5.4" r="2.7" />
      <path d="M2.8 13.8c.5-3 2.5-4.4 5.2-4.4s4.7 1.4 5.2 4.4" />
    </>
  ),
  drill: (
    <>
      <path d="M6 2.2h4M7 2.4v4.2L3 13.4h10L9 6.6V2.4M4.8 10.4h6.4" />
    </>
  ),
  send: (
    <>
      <path d="M8 13V3.5M4.2 7 8 3.2 11.8 7" />
    </>
  ),
  print: (
    <>
      <path d="M4.5 5.5v-3h7v3M4.5 11h-2V5.5h11V11h-2" />
      <rect x="4.5" y="9" width="7" height="4.5" />
    </>
  ),
  back: (
    <>
      <path d="m10.5 3.5-5 4.5 5 4.5" />
    </>
  ),
  edit: (
    <>
      <path d="M3 13l.7-3.1 6.8-6.8 2.4 2.4-6.8 6.8ZM9.3 4.3l2.4 2.4" />
    </>
  ),
  model: (
    <>
      <path d="M8 2.2 9.5 6.5 13.8 8 9.5 9.5 8 13.8 6.5 9.5 2.2 8 6.5 6.5Z" />
    </>
  ),
} satisfies Record<string, ReactNode>;

/** The name of an icon of the design system. */
export type IconName = keyof typeof drawings;

/** An icon. It is decoration: the word beside it, or the label of its button, carries the meaning. */
export function Icon({ name, className }: { name: IconName; className?: string | undefined }) {
  const side = name === "mark" || name === "drop" ? 24 : 16;
  return (
    <svg className={className ? `i ${className}` : "i"} viewBox={`0 0 ${side} ${side}`} aria-hidden="true">
      {drawings[name]}
    </svg>
  );
}

/** The names of all icons, for the sheet of components. */
export const iconNames = Object.keys(drawings) as IconName[];
