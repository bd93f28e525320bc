{{drop day_seals}};
