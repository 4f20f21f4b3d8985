"""E-mail notifications: creators hear of what they waited for, in one letter a quarter of an hour at most."""
