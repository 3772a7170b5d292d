// An address that leads nowhere.
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { Link } from 'wouter';
import { Hen } from '@/components/hen';
import { Middle } from '@/components/middle';
import { texts } from '@/lib/texts';

export function NotFound({ what = texts.around.notFound }: { what?: string }) {
  return (
    <Middle>
      <Hen size={64} />
      <Typography variant="h1">{what}</Typography>
      <Button variant="contained" component={Link} href="/">
        {texts.around.home}
      </Button>
    </Middle>
  );
}
