"""SignalR notifications: a creator's open pages hear at once what becomes of jobs."""
