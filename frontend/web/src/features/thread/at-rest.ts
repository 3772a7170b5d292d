// Waits until a scrolled element rests: rows that come in above while others are measured would move the view.
const REST_MS = 80;
/** Who scrolls without a pause gets the rows all the same. */
const PATIENCE_MS = 1_000;

export function atRest(scroller: HTMLElement | null): Promise<void> {
  if (scroller === null) return Promise.resolve();
  return new Promise((resolve) => {
    let timer = setTimeout(done, REST_MS);
    const limit = setTimeout(done, PATIENCE_MS);
    function onScroll(): void {
      clearTimeout(timer);
      timer = setTimeout(done, REST_MS);
    }
    function done(): void {
      clearTimeout(timer);
      clearTimeout(limit);
      scroller?.removeEventListener('scroll', onScroll);
      resolve();
    }
    scroller.addEventListener('scroll', onScroll, { passive: true });
  });
}
