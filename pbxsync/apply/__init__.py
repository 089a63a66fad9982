"""The only part that writes: checks a plan once more, sends, settles lost answers, reads back, and reports each outcome."""
