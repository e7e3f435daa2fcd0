"""What does finance look at? Worklists, previews, statements and reports: SQL reads, shaped for whoever asks."""
