// How large a picture is shown: small ones grow, so that one sees something; large ones fit a thread.
const SMALLEST_PX = 256;
const LARGEST_PX = 512;

export function shownSize(
  width: number,
  height: number,
  largest = LARGEST_PX,
): { readonly width: number; readonly height: number } {
  const longest = Math.max(width, height);
  const shown = Math.min(Math.max(longest, SMALLEST_PX), largest);
  return { width: Math.round((width * shown) / longest), height: Math.round((height * shown) / longest) };
}
