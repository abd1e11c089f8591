"""Parts of the script that makes the embedded sample."""
