// A labelled field of a form; MUI's own TextField would bring its select boxes along.
import FormControl from '@mui/material/FormControl';
import FormHelperText from '@mui/material/FormHelperText';
import InputLabel from '@mui/material/InputLabel';
import OutlinedInput from '@mui/material/OutlinedInput';
import { useId } from 'react';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string | undefined;
  readonly type?: 'text' | 'password' | 'email';
  readonly autoComplete: string;
  readonly longest: number;
  readonly required?: boolean;
}

export function Field({
  label,
  value,
  onChange,
  hint,
  type = 'text',
  autoComplete,
  longest,
  required = false,
}: FieldProps) {
  const id = useId();
  return (
    <FormControl fullWidth required={required}>
      <InputLabel htmlFor={id}>{label}</InputLabel>
      <OutlinedInput
        id={id}
        label={label}
        type={type}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete={autoComplete}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        inputProps={{ maxLength: longest, autoCapitalize: 'none', spellCheck: false }}
      />
      {hint !== undefined && <FormHelperText id={`${id}-hint`}>{hint}</FormHelperText>}
    </FormControl>
  );
}
