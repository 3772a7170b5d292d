// A picture that is being painted: the steps, and the preview that grows sharp.
import LinearProgress from '@mui/material/LinearProgress';
import { styled } from '@mui/material/styles';
import type { BotCard, PictureProgress } from '@/contracts/generated';
import { texts } from '@/lib/texts';
import { shownSize } from './picture-size';

/** How blurred the first preview is. */
const BLUR_PX = 10;

const Easel = styled('div')({ display: 'grid', gap: 8, maxWidth: '100%' });
const Canvas = styled('div')(({ theme }) => ({
  overflow: 'hidden',
  borderRadius: 12,
  maxWidth: '100%',
  background: (theme.vars ?? theme).palette.raised,
}));
const Preview = styled('img')({
  display: 'block',
  width: '100%',
  height: '100%',
  objectFit: 'cover',
  transition: 'filter 300ms linear',
});
const Steps = styled('div')(({ theme }) => ({
  display: 'flex',
  justifyContent: 'space-between',
  gap: 16,
  fontSize: '0.85rem',
  color: (theme.vars ?? theme).palette.text.secondary,
}));

interface PaintingProps {
  readonly sender: string;
  readonly progress: PictureProgress;
  readonly parameters: BotCard['parameters'] | undefined;
}

export function Painting({ sender, progress, parameters }: PaintingProps) {
  const { step, steps, preview } = progress;
  const size = shownSize(parameters?.width ?? 64, parameters?.height ?? 64);
  const done = Math.min(1, step / steps);
  return (
    <Easel style={{ width: size.width }}>
      <Canvas style={{ aspectRatio: `${size.width} / ${size.height}` }}>
        {preview !== null && (
          <Preview
            src={preview}
            alt={texts.message.preview}
            style={{ filter: `blur(${(1 - done) * BLUR_PX}px)` }}
          />
        )}
      </Canvas>
      <LinearProgress variant="determinate" value={done * 100} aria-label={texts.message.painting(sender)} />
      <Steps>
        <span>{texts.message.painting(sender)}</span>
        <span>{texts.message.step(step, steps)}</span>
      </Steps>
    </Easel>
  );
}
