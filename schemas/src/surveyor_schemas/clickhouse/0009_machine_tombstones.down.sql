{{drop machine_tombstones}};
