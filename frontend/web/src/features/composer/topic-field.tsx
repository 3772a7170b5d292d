// The topic under which the message stands; empty means the one that is shown.
import InputBase from '@mui/material/InputBase';
import { styled } from '@mui/material/styles';
import { TopicIcon } from '@/components/icons';
import { texts } from '@/lib/texts';

const Field = styled('label')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 4,
  flex: 1,
  minWidth: 0,
  padding: theme.spacing(0, 1),
  borderInlineStart: `1px solid ${(theme.vars ?? theme).palette.divider}`,
  color: (theme.vars ?? theme).palette.text.secondary,
}));

interface TopicFieldProps {
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
}

export function TopicField({ value, placeholder, onChange }: TopicFieldProps) {
  return (
    <Field>
      <TopicIcon sx={{ fontSize: 18 }} />
      <InputBase
        fullWidth
        value={value}
        placeholder={placeholder}
        onChange={(event) => onChange(event.target.value)}
        inputProps={{ 'aria-label': texts.composer.topic, dir: 'auto' }}
        sx={{ fontSize: '0.9rem' }}
      />
    </Field>
  );
}
