"""Entry point of `python -m devstack`."""

from devstack.command import app

if __name__ == "__main__":
    app(prog_name="python -m devstack")
