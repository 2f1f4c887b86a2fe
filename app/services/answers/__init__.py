"""Commands and clicks: understood, answered, and everything shown made true after them."""
