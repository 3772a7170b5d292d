"""What can be watched: metrics, traces, queue depths."""
