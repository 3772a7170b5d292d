// Shows short notices one after the other.
import Snackbar from '@mui/material/Snackbar';
import { dismiss, useNotices } from '@/lib/notices';

const SHOWN_MS = 5_000;

export function Notices() {
  const notice = useNotices((store) => store.notices[0]);
  return (
    <Snackbar
      key={notice?.id}
      open={notice !== undefined}
      message={notice?.text}
      autoHideDuration={SHOWN_MS}
      onClose={(_event, reason) => reason === 'timeout' && notice !== undefined && dismiss(notice.id)}
    />
  );
}
