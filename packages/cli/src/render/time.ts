/** `2 min ago`, for tables. */
export function ago(at: Date | string, now: Date = new Date()): string {
  const seconds = Math.max(0, (now.getTime() - new Date(at).getTime()) / 1000);
  const units = [
    [60, 1, "s"],
    [3600, 60, "min"],
    [86_400, 3600, "h"],
    [Number.POSITIVE_INFINITY, 86_400, "d"],
  ] as const;
  const [, divisor, unit] = units.find(([below]) => seconds < below)!;
  return `${Math.floor(seconds / divisor)} ${unit} ago`;
}

/** `0.52 s`, `3 min 20 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `64.0 KiB` */
export function bytes(size: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(size) / 10));
  return power === 0 ? `${size} B` : `${(size / 1024 ** power).toFixed(1)} ${units[power]}`;
}
