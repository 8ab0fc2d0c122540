"""What `infra/` created becomes variables of GitHub and settings of seatrial.toml."""
