"""Starting everything on one's own machine: `letsfood up`, `up-services`, `serve`."""
