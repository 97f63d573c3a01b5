/** The mark: a picture before and after, parted by one moving line. Decoration; the name stands beside it as text. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect x="1" y="1" width="30" height="30" rx="9" fill="var(--house-accent)" />
      <path d="M16 5.5a10.5 10.5 0 0 1 0 21c-4.2-3.1-4.2-7.3 0-10.5s4.2-7.4 0-10.5z" fill="var(--mantine-color-body)" />
      <circle cx="16" cy="16" r="10.5" fill="none" stroke="var(--mantine-color-body)" strokeWidth="2" />
    </svg>
  );
}
