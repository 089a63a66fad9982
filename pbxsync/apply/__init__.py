"""The only part that writes: checks, sends, settles what stayed open, reads back, and tells what became of each change."""
