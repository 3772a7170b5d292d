// The finished pictures of a message, with their room kept before they have come; a click opens one in full.
import { styled } from '@mui/material/styles';
import type { Image } from '@/contracts/generated';
import { pictureAddress } from '@/lib/api';
import { texts } from '@/lib/texts';
import { shownSize } from './picture-size';

/** Below this a smooth enlargement is only blurred. */
const PIXELS_SHOW_BELOW = 100;
/** Of several pictures, two of which stand side by side. */
const TILE_PX = 256;
const GAP_PX = 8;

const Alone = styled('div')({ display: 'flex', marginTop: 4 });
const Wall = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
  alignItems: 'center',
  gap: GAP_PX,
  marginTop: 4,
  width: 2 * TILE_PX + GAP_PX,
  maxWidth: '100%',
  '& img': { width: '100%' },
});
const Picture = styled('img')(({ theme }) => ({
  display: 'block',
  maxWidth: '100%',
  height: 'auto',
  borderRadius: 12,
  background: (theme.vars ?? theme).palette.raised,
}));

export function Pictures({ images }: { images: readonly Image[] }) {
  const [first, ...others] = images;
  if (first === undefined) return null;
  if (others.length === 0) {
    return (
      <Alone>
        <Opening image={first} />
      </Alone>
    );
  }
  return (
    <Wall>
      {images.map((image) => (
        <Opening key={image.name} image={image} largest={TILE_PX} />
      ))}
    </Wall>
  );
}

function Opening({ image, largest }: { image: Image; largest?: number }) {
  const size = shownSize(image.width, image.height, largest);
  return (
    <a href={pictureAddress(image.name)} target="_blank" rel="noopener" title={texts.message.openPicture}>
      <Picture
        src={pictureAddress(image.thumbnail ?? image.name)}
        alt={image.alt || texts.message.picture}
        width={size.width}
        height={size.height}
        style={{ imageRendering: image.width < PIXELS_SHOW_BELOW ? 'pixelated' : 'auto' }}
      />
    </a>
  );
}
