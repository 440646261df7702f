"""An honest CloudFormation in front of moto: `deploy` for tests, `server` for the real CLI."""
