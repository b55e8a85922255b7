"""The AWS emulator on this machine: set-up, start, stop, gateway."""
