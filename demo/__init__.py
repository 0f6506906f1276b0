"""A world to try the pipeline on: `world` writes it, `emulator` serves it, `tables` names the files they share."""
