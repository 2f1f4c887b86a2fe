"""What is to be done: deliveries and tasks, leases, and what is asked again and again."""
