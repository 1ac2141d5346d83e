"""Where settings come from: the environment, `.env`, and the embedded services."""

from pathlib import Path

import environ

from config.local.addresses import default_environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# Without URLs of its own the environment is that of the embedded services.
for name, value in default_environment(VAR_DIR).items():
    env.ENVIRON.setdefault(name, value)
