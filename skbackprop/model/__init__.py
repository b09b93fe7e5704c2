"""What a fit builds and keeps, how it predicts, and the recipes that decide what "auto" means."""
