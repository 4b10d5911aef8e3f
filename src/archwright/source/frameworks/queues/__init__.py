"""Task queues: what queues a task, what runs it, and when."""
