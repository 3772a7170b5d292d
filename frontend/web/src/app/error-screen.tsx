// What stands in place of the page when its own code fails.
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { Component, type ReactNode } from 'react';
import { Middle } from '@/components/middle';
import { texts } from '@/lib/texts';

export class ErrorScreen extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Middle role="alert">
        <Typography variant="h1">{texts.around.failed}</Typography>
        <Button variant="contained" onClick={() => location.reload()}>
          {texts.around.reload}
        </Button>
      </Middle>
    );
  }
}
