// How a message is laid out: face, name and time, the words, and the actions that appear beside them.
import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import { Face, type FaceProps } from '@/components/face';
import { fullTime, timeOfDay } from '@/lib/moments';
import { texts } from '@/lib/texts';

/** Under this name stand the messages of those whose account is no more. */
const DELETED = 'deleted';
/** A quote stands above the name; the face stays beside the name. */
const QUOTE_HEIGHT_PX = 24;

const Grid = styled('article', { shouldForwardProp: (prop) => prop !== 'grouped' })<{ grouped: boolean }>(
  ({ theme, grouped }) => ({
    display: 'grid',
    gridTemplateColumns: '44px minmax(0, 1fr)',
    columnGap: theme.spacing(1.25),
    paddingTop: theme.spacing(grouped ? 0.4 : 1.75),
    '& .actions': { opacity: 0, transition: 'opacity 120ms' },
    '&:hover .actions, &:focus-within .actions': { opacity: 1 },
    '@media (hover: none)': { '& .actions': { opacity: 1 } },
    [theme.breakpoints.down('sm')]: {
      gridTemplateColumns: '36px minmax(0, 1fr)',
      columnGap: theme.spacing(1),
    },
  }),
);
const Margin = styled('div', { shouldForwardProp: (prop) => prop !== 'below' })<{ below: boolean }>(
  ({ below }) => ({
    paddingTop: below ? QUOTE_HEIGHT_PX : 0,
  }),
);
const Head = styled('header')(({ theme }) => ({
  display: 'flex',
  alignItems: 'baseline',
  gap: theme.spacing(1),
  minWidth: 0,
  minHeight: 26,
}));
const Name = styled('span', { shouldForwardProp: (prop) => prop !== 'gone' })<{ gone: boolean }>(
  ({ theme, gone }) => ({
    fontWeight: 680,
    minWidth: 0,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    ...(gone && {
      fontStyle: 'italic',
      fontWeight: 400,
      color: (theme.vars ?? theme).palette.text.secondary,
    }),
  }),
);
const Badge = styled('span')(({ theme }) => {
  const { palette } = theme.vars ?? theme;
  return {
    alignSelf: 'center',
    fontSize: '0.7rem',
    fontWeight: 700,
    lineHeight: 1,
    padding: '3px 7px 4px',
    borderRadius: 99,
    color: palette.secondary.main,
    border: `1px solid ${palette.secondary.main}`,
  };
});
const Time = styled('time')(({ theme }) => ({
  fontSize: '0.8rem',
  color: (theme.vars ?? theme).palette.text.secondary,
  whiteSpace: 'nowrap',
}));
const Edited = Time.withComponent('span');
const Actions = styled('div')({
  marginInlineStart: 'auto',
  alignSelf: 'center',
  display: 'flex',
  height: 26,
  alignItems: 'center',
});
const Content = styled('div')({ minWidth: 0, position: 'relative' });
const Beside = styled('div')(({ theme }) => ({
  position: 'absolute',
  top: 0,
  insetInlineEnd: 0,
  zIndex: 1,
  display: 'flex',
  alignItems: 'center',
  // The words beneath would show between the icons.
  background: (theme.vars ?? theme).palette.background.default,
  borderRadius: 8,
}));

interface LineProps {
  readonly sender: string;
  readonly sentAt: number;
  readonly grouped: boolean;
  readonly isBot?: boolean;
  readonly face?: Pick<FaceProps, 'avatar' | 'awake'>;
  readonly edited?: boolean;
  readonly quote: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Line({
  sender,
  sentAt,
  grouped,
  isBot = false,
  face,
  edited = false,
  quote,
  actions,
  children,
}: LineProps) {
  return (
    <Grid grouped={grouped} aria-label={texts.message.by(sender, timeOfDay(sentAt))}>
      <Margin below={Boolean(quote)}>
        {!grouped && <Face name={sender} faint={sender === DELETED} {...face} />}
      </Margin>
      <Content>
        {quote}
        {grouped ? (
          <Beside className="actions">{actions}</Beside>
        ) : (
          <Head>
            <Name title={sender} gone={sender === DELETED}>
              {sender}
            </Name>
            {isBot && <Badge>{texts.message.bot}</Badge>}
            <Time dateTime={new Date(sentAt).toISOString()} title={fullTime(sentAt)}>
              {timeOfDay(sentAt)}
            </Time>
            {edited && <Edited>{texts.message.edited}</Edited>}
            <Actions className="actions">{actions}</Actions>
          </Head>
        )}
        {children}
        {grouped && edited && <Edited>{texts.message.edited}</Edited>}
      </Content>
    </Grid>
  );
}
