"""What reaches us from the code host: taken in at the door, or asked for where it was lost."""
