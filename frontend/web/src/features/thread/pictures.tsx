// The finished pictures of a message, with their room kept before they have come.
import { styled } from '@mui/material/styles';
import type { Image } from '@/contracts/generated';
import { pictureAddress } from '@/lib/api';
import { texts } from '@/lib/texts';
import { shownSize } from './picture-size';

/** Below this a smooth enlargement is only blurred. */
const PIXELS_SHOW_BELOW = 100;

const Wall = styled('div')({ display: 'flex', flexWrap: 'wrap', gap: 8, marginTop: 4 });
const Picture = styled('img')(({ theme }) => ({
  display: 'block',
  maxWidth: '100%',
  height: 'auto',
  borderRadius: 12,
  background: (theme.vars ?? theme).palette.raised,
}));

export function Pictures({ images }: { images: readonly Image[] }) {
  if (images.length === 0) return null;
  return (
    <Wall>
      {images.map((image) => {
        const size = shownSize(image.width, image.height);
        return (
          <a key={image.name} href={pictureAddress(image.name)} target="_blank" rel="noopener">
            <Picture
              src={pictureAddress(image.name)}
              alt={image.alt || texts.message.picture}
              width={size.width}
              height={size.height}
              style={{ imageRendering: image.width < PIXELS_SHOW_BELOW ? 'pixelated' : 'auto' }}
            />
          </a>
        );
      })}
    </Wall>
  );
}
