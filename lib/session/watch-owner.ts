/** What one-shot watches may belong to, and end with, before the session does. */
export type WatchOwner = {readonly isClosed: boolean};
