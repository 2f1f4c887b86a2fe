"""Pure: one view model, finished sentences, and their layout for every surface."""
