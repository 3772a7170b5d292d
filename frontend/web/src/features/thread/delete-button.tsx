// Deletes a message at the second click: it cannot be taken back.
import Button from '@mui/material/Button';
import { useState } from 'react';
import { BinIcon } from '@/components/icons';
import type { Message } from '@/contracts/generated';
import { deleteMessage } from '@/lib/channel/wishes';
import { texts } from '@/lib/texts';

export function DeleteButton({ channel, message }: { channel: string; message: Message }) {
  const [asked, setAsked] = useState(false);
  return (
    <Button
      size="small"
      color="error"
      title={texts.message.delete}
      aria-label={asked ? texts.message.deleteForGood : texts.message.deleteBy(message.sender)}
      onClick={() => (asked ? void deleteMessage(channel, message.commentId) : setAsked(true))}
      onBlur={() => setAsked(false)}
      sx={{ minWidth: 0, px: 0.75, ...(asked ? {} : { color: 'text.secondary' }) }}
    >
      {asked ? texts.message.deleteForGood : <BinIcon fontSize="small" />}
    </Button>
  );
}
