"""The main job, and a second opinion on what compiled networks compute."""
