"""What Java and Kotlin share."""
