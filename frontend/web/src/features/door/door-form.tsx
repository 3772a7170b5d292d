// The form of one way in; the hub's refusal stands above the button, what was typed stays.
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useState, type FormEvent } from 'react';
import type { Session } from '@/contracts/generated';
import { enterAsGuest, logIn, register } from '@/lib/api';
import { NAME_PATTERN, PASSWORD_SHORTEST } from '@/lib/limits';
import { enter } from '@/lib/session';
import { texts } from '@/lib/texts';
import { Field } from './field';

export type Way = 'logIn' | 'register' | 'guest';

interface Answers {
  readonly name: string;
  readonly password: string;
  readonly email: string;
}

const SUBMIT = {
  logIn: texts.door.submitLogIn,
  register: texts.door.submitRegister,
  guest: texts.door.submitGuest,
};
const NAME_HINT = { logIn: undefined, register: texts.door.nameHint, guest: texts.door.guestHint };

export function DoorForm({ way, hint }: { way: Way; hint: string | undefined }) {
  const [answers, setAnswers] = useState<Answers>({ name: '', password: '', email: '' });
  const [problem, setProblem] = useState(hint);
  const [busy, setBusy] = useState(false);
  const set = (field: keyof Answers) => (value: string) => setAnswers({ ...answers, [field]: value });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wrong = mistake(way, answers);
    setProblem(wrong);
    if (wrong !== undefined) return;
    setBusy(true);
    try {
      enter(await comeIn(way, answers));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : texts.failure.unknown);
      setBusy(false);
    }
  };
  return (
    <Stack component="form" noValidate onSubmit={(event) => void submit(event)} spacing={2} sx={{ mt: 2 }}>
      <Field
        label={texts.door.name}
        value={answers.name}
        onChange={set('name')}
        hint={NAME_HINT[way]}
        autoComplete={way === 'guest' ? 'nickname' : 'username'}
        longest={64}
        required
      />
      {way !== 'guest' && (
        <Field
          label={texts.door.password}
          type="password"
          value={answers.password}
          onChange={set('password')}
          hint={way === 'register' ? texts.door.passwordHint : undefined}
          autoComplete={way === 'register' ? 'new-password' : 'current-password'}
          longest={256}
          required
        />
      )}
      {way === 'register' && (
        <Field
          label={texts.door.email}
          type="email"
          value={answers.email}
          onChange={set('email')}
          autoComplete="email"
          longest={254}
        />
      )}
      {problem !== undefined && (
        <Alert severity="error" variant="outlined">
          {problem}
        </Alert>
      )}
      <Button type="submit" variant="contained" size="large" loading={busy}>
        {SUBMIT[way]}
      </Button>
    </Stack>
  );
}

function mistake(way: Way, { name, password }: Answers): string | undefined {
  if (way === 'logIn') return undefined;
  if (!NAME_PATTERN.test(name)) return texts.door.nameWrong;
  return way === 'register' && password.length < PASSWORD_SHORTEST ? texts.door.passwordShort : undefined;
}

function comeIn(way: Way, { name, password, email }: Answers): Promise<Session> {
  switch (way) {
    case 'logIn':
      return logIn({ name, password });
    case 'register':
      return register({ name, password, email: email === '' ? null : email });
    case 'guest':
      return enterAsGuest({ name });
  }
}
